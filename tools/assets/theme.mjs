// The script of every page: it only makes easier what already works without it.
import {
  Button, CharacterCount, Checkboxes, ErrorSummary, NotificationBanner, Radios, ServiceNavigation, SkipLink,
  createAll,
} from "govuk-frontend";

import { guardFiles } from "./files.mjs";
import { keepTyped } from "./kept.mjs";

// The content security policy allows no inline script, so the class is set here and not in the page.
document.body.classList.add("js-enabled", "govuk-frontend-supported");

for (const component of [
  Button, CharacterCount, Checkboxes, ErrorSummary, NotificationBanner, Radios, ServiceNavigation, SkipLink,
]) {
  createAll(component);
}

keepTyped(document, window.sessionStorage);
guardFiles(document);
