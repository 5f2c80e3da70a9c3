"""Build the style sheet, the script and the fonts of pages and PDFs, or check that they are what a build gives.

A development tool: it needs Node and npm, and takes the exact versions of tools/assets/package-lock.json. What it
makes is committed, with version, licence and SHA-256 in vendor.json beside it: installing Mái Đình needs no Node.

    python tools/vendor_assets.py            build and write
    python tools/vendor_assets.py --check    build elsewhere and compare byte for byte; exit code 1 where they differ
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "tools" / "assets"
MODULES = SOURCE / "node_modules"

STATIC = Path("src/maidinh/channels/web/static")
FONTS = Path("src/maidinh/fonts")
JOURNEYS = Path("tests/journeys")

WEB_FONTS = [
    ("@fontsource/be-vietnam-pro", f"be-vietnam-pro-{subset}-{weight}-normal.woff2")
    for subset in ("latin", "vietnamese")
    for weight in (400, 700)
] + [("@fontsource/noto-sans", f"noto-sans-latin-ext-{weight}-normal.woff2") for weight in (400, 700)]

PRINT_FONTS = [
    ("@expo-google-fonts/be-vietnam-pro", "400Regular/BeVietnamPro_400Regular.ttf", "BeVietnamPro-Regular.ttf"),
    ("@expo-google-fonts/be-vietnam-pro", "700Bold/BeVietnamPro_700Bold.ttf", "BeVietnamPro-Bold.ttf"),
    ("@expo-google-fonts/noto-sans", "400Regular/NotoSans_400Regular.ttf", "NotoSans-Regular.ttf"),
    ("@expo-google-fonts/noto-sans", "700Bold/NotoSans_700Bold.ttf", "NotoSans-Bold.ttf"),
]


class Build:
    """One build of all assets under `target`, which has the same shape as the repository."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.sources: dict[Path, str] = {}

    def run(self) -> None:
        self.copy_web_fonts()
        self.copy_print_fonts()
        self.copy_axe()
        self.place(SOURCE / "favicon.svg", STATIC / "images/favicon.svg", "maidinh")
        self.place(SOURCE / "licences/govuk-frontend.txt", STATIC / "licences/govuk-frontend.txt", "govuk-frontend")
        self.build_script()
        self.build_style()
        for folder in (STATIC, FONTS, JOURNEYS):
            self.write_manifest(folder)

    def place(self, source: Path, target: Path, package: str) -> None:
        self.write(source.read_bytes(), target, package)

    def write(self, content: bytes, target: Path, package: str) -> None:
        path = self.target / target
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.sources[target] = package

    def copy_web_fonts(self) -> None:
        for package, name in WEB_FONTS:
            self.place(MODULES / package / "files" / name, STATIC / "fonts" / name, package)
        for package in ("be-vietnam-pro", "noto-sans"):
            licence = MODULES / "@fontsource" / package / "LICENSE"
            self.place(licence, STATIC / f"licences/{package}.txt", f"@fontsource/{package}")

    def copy_print_fonts(self) -> None:
        for package, source, name in PRINT_FONTS:
            self.place(MODULES / package / source, FONTS / name, package)
        for package, name in (("be-vietnam-pro", "BeVietnamPro"), ("noto-sans", "NotoSans")):
            licence = MODULES / "@expo-google-fonts" / package / "LICENSE_FONT"
            self.place(licence, FONTS / f"{name}-OFL.txt", f"@expo-google-fonts/{package}")

    def copy_axe(self) -> None:
        self.place(MODULES / "axe-core/axe.min.js", JOURNEYS / "axe.min.js", "axe-core")
        self.place(MODULES / "axe-core/LICENSE", JOURNEYS / "axe.LICENSE.txt", "axe-core")

    def build_script(self) -> None:
        options = [
            "--bundle",
            "--minify",
            "--format=esm",
            "--target=es2020",
            "--legal-comments=none",
            "--log-level=warning",
        ]
        script = self.tool("esbuild", "theme.mjs", *options)
        self.write(script, STATIC / "theme.js", "govuk-frontend")

    def build_style(self) -> None:
        style = self.tool("sass", "--load-path=node_modules", "--style=compressed", "--no-source-map", "theme.scss")
        self.write(self.address_fonts(style.decode()).encode(), STATIC / "theme.css", "govuk-frontend")

    def address_fonts(self, style: str) -> str:
        """Put a part of each font's hash into its address, as the pages do, so that the preloaded font is used."""

        def address(match: re.Match[str]) -> str:
            content = (self.target / STATIC / match["path"]).read_bytes()
            return f"url({match['path']}?v={hashlib.sha256(content).hexdigest()[:12]})"

        return re.sub(r"url\(\"?(?P<path>fonts/[^\")]+)\"?\)", address, style)

    def tool(self, name: str, *arguments: str) -> bytes:
        command = [str(MODULES / ".bin" / name), *arguments]
        return subprocess.run(command, cwd=SOURCE, check=True, stdout=subprocess.PIPE).stdout

    def write_manifest(self, folder: Path) -> None:
        files = {target: package for target, package in sorted(self.sources.items()) if target.is_relative_to(folder)}
        packages = sorted({package for package in files.values() if package != "maidinh"})
        manifest = {
            "built_by": "tools/vendor_assets.py",
            "packages": {package: describe(package) for package in packages},
            "files": {
                target.relative_to(folder).as_posix(): {"from": package, **measure(self.target / target)}
                for target, package in files.items()
            },
        }
        text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
        (self.target / folder / "vendor.json").write_text(text, encoding="utf-8")
        self.sources[folder / "vendor.json"] = "maidinh"


def describe(package: str) -> dict[str, str]:
    """Return the version and licence of an installed npm package; for a package of fonts the fonts' own licence."""
    stated = json.loads((MODULES / package / "package.json").read_text(encoding="utf-8"))
    licence = "OFL-1.1" if "font" in package.partition("/")[0] else stated["license"]
    return {"version": stated["version"], "licence": licence}


def measure(path: Path) -> dict[str, str | int]:
    content = path.read_bytes()
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def install_packages() -> None:
    """Install the locked packages unless what is installed is already that."""
    lock = json.loads((SOURCE / "package-lock.json").read_text(encoding="utf-8"))
    wanted = {name: entry["version"] for name, entry in lock["packages"].items() if name and not entry.get("optional")}
    if all(installed_version(name) == version for name, version in wanted.items()):
        return
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=SOURCE, check=True)


def installed_version(name: str) -> str | None:
    stated = SOURCE / name / "package.json"
    return json.loads(stated.read_text(encoding="utf-8"))["version"] if stated.exists() else None


def compare(build: Build) -> list[str]:
    """Return the paths whose committed bytes are not those of the build, and committed files that no build makes."""
    different = [
        str(target)
        for target in sorted(build.sources)
        if not (ROOT / target).exists() or (ROOT / target).read_bytes() != (build.target / target).read_bytes()
    ]
    present = [path for folder in (STATIC, FONTS) for path in (ROOT / folder).rglob("*") if path.is_file()]
    stray = [str(path.relative_to(ROOT)) for path in present if path.relative_to(ROOT) not in build.sources]
    return different + sorted(stray)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare a fresh build with what is committed")
    arguments = parser.parse_args()
    install_packages()
    with tempfile.TemporaryDirectory() as place:
        build = Build(Path(place))
        build.run()
        different = compare(build)
        if arguments.check:
            for path in different:
                print(f"not what a build gives: {path}", file=sys.stderr)
            print(f"{len(build.sources)} files checked, {len(different)} different")
            return 1 if different else 0
        for target in build.sources:
            (ROOT / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(build.target / target, ROOT / target)
        print(f"{len(build.sources)} files written, {len(different)} of them new or changed")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
