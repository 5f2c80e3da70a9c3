// Files that are uploaded one by one: one that is too large is told before a slow line carries it, and one that was
// chosen and not yet uploaded is not lost by going on.
export function guardFiles(document) {
  const uploads = Array.from(document.querySelectorAll("form[data-upload]"));
  for (const form of uploads) {
    const field = form.querySelector("input[type=file]");
    const limit = Number(form.dataset.upload);
    field.addEventListener("change", () => {
      tell(form, "[data-not-sent]", false);
      tell(form, "[data-too-large]", tooLarge(field, limit));
    });
    form.addEventListener("submit", (event) => {
      if (tooLarge(field, limit)) stop(event, field);
    });
  }
  document.querySelectorAll("form[data-after-uploads]").forEach((form) => form.addEventListener("submit", (event) => {
    const waiting = uploads.find((each) => each.querySelector("input[type=file]").files.length > 0);
    if (!waiting) return;
    tell(waiting, "[data-not-sent]", true);
    stop(event, waiting.querySelector("button[type=submit]"));
  }));
}

function tooLarge(field, limit) {
  return Array.from(field.files).some((file) => file.size > limit);
}

function tell(form, which, told) {
  form.querySelector(which).hidden = !told;
}

function stop(event, target) {
  event.preventDefault();
  target.scrollIntoView({ block: "center" });
  target.focus();
}
