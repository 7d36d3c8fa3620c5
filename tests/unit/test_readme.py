"""What README and docs say of files, commands, settings and results is so, and nothing of these is left unsaid."""

import re
import subprocess
from pathlib import Path

import pytest
import typer

from cota import settings
from cota.cli.commands import build_app
from scripts.scenes.ending import Figures

ROOT = Path(__file__).resolve().parents[2]
READMES = (ROOT / "README.md", ROOT / "README.pt-BR.md")
TREE = ROOT / "docs" / "tree.md"
DECISIONS = ROOT / "docs" / "decisions"
PAGES = sorted({*READMES, ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")})

# What only machines read, and what a folder's own line says.
UNNAMED = {"__init__.py"}


def tree_of(page: Path) -> dict[str, str]:
    """Path from the root -> its line, of all blocks marked `text`; folders end with a slash."""
    found: dict[str, str] = {}
    for block in re.findall(r"^```text\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        folders: list[str] = []
        for line in block.splitlines():
            entry = re.fullmatch(r"((?:  )*)(\S+)(?: +(.+))?", line)
            assert entry, f"{page.name}: not a line of a tree: {line!r}"
            depth = len(entry[1]) // 2
            assert depth <= len(folders), f"{page.name}: indented too far: {line!r}"
            path = "".join(folders[:depth]) + entry[2]
            if entry[2].endswith("/"):
                folders[depth:] = [entry[2]]
            assert entry[3] or not depth, f"{page.name}: nothing is said of {path}"
            found[path] = entry[3] or ""
    return found


def tracked() -> list[str]:
    """The files of the repository; in a copy without git, what lies there."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, text=True, capture_output=True)
    if listed.returncode == 0 and listed.stdout:
        return [name for name in listed.stdout.splitlines() if (ROOT / name).exists()]
    hidden = {"__pycache__", "node_modules", "var", "out", "cache"}
    files = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    return [
        path.as_posix()
        for path in files
        if not hidden & set(path.parts) and not path.parts[0].startswith((".venv", ".git", "."))
    ]


def code_of(page: Path) -> str:
    """Blocks and spans of code, one a line."""
    text = page.read_text("utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    return "\n".join([*blocks, *spans])


def settings_table(page: Path) -> dict[str, list[str]]:
    """Variable -> the other cells of its row."""
    rows = re.findall(r"^\| `([A-Z_]+)` \|(.*)\|$", page.read_text("utf-8"), re.MULTILINE)
    return {name: [cell.strip() for cell in cells.split("|")] for name, cells in rows}


# --- the tree


@pytest.mark.parametrize("page", [READMES[0], TREE], ids=lambda page: page.name)
def test_tree__every_line__names_something_that_is_there(page: Path) -> None:
    named = tree_of(page)
    assert named
    for name in named:
        path = ROOT / name
        assert path.is_dir() if name.endswith("/") else path.is_file(), f"{page.name} names {name}"


@pytest.mark.parametrize("folder", ["backend/cota/", "contracts/", "scripts/"])
def test_tree__every_module_contract_and_script__is_named(folder: str) -> None:
    named = tree_of(TREE)
    for name in tracked():
        if name.startswith(folder) and Path(name).name not in UNNAMED:
            assert name in named, f"docs/tree.md does not name {name}"
            assert f"{Path(name).parent.as_posix()}/" in named, (
                f"docs/tree.md does not name the folder of {name}"
            )


def test_readme__every_top_folder_package_and_contract__is_named() -> None:
    named = tree_of(READMES[0])
    for name in tracked():
        parts = Path(name).parts
        if len(parts) == 1:
            assert name in named or name.startswith("."), f"the README does not name {name}"
        elif name.startswith("backend/cota/"):
            assert len(parts) == 3 or f"backend/cota/{parts[2]}/" in named, (
                f"no line for the package of {name}"
            )
        else:
            assert f"{parts[0]}/" in named, f"the README does not name {parts[0]}/"
        if len(parts) == 2 and parts[0] == "contracts":
            assert name in named, f"the README does not name {name}"
        if len(parts) > 2 and parts[0] in ("contracts", "scripts", "tests", "docs", "deployments"):
            assert f"{parts[0]}/{parts[1]}/" in named, f"the README does not name {parts[0]}/{parts[1]}/"


# --- commands


def test_make__what_pages_name_and_what_there_is__are_the_same() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    shown = set(re.findall(r"^([a-z][a-z-]*):.*## ", makefile, re.MULTILINE)) - {"list"}
    for page in PAGES:
        for name in re.findall(r"\bmake ([a-z][a-z-]*)", code_of(page)):
            assert name in targets, f"{page.name} names make {name}"
    for page in READMES:
        words = set(re.findall(r"[a-z][a-z-]*", code_of(page)))
        assert shown <= words, f"{page.name} says nothing of make {', '.join(sorted(shown - words))}"


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_command__its_verbs__are_all_listed(page: Path) -> None:
    command = typer.main.get_command(build_app())
    verbs = set(getattr(command, "commands", {}))
    lines = re.findall(r"^- [^:\n]+: ((?:`[a-z]+` ?)+)$", page.read_text("utf-8"), re.MULTILINE)
    listed = re.findall(r"`([a-z]+)`", " ".join(lines))
    assert sorted(listed) == sorted(verbs)


# --- settings


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_settings__table_and_code__name_the_same(page: Path) -> None:
    assert set(settings_table(page)) == set(settings.VARIABLES)


@pytest.mark.parametrize("name", settings.VARIABLES)
def test_settings__file_column__is_so(name: str, tmp_path: Path) -> None:
    environ = {f"{name}_FILE": str(tmp_path / "no such file")}
    try:
        settings.load(environ=environ)
        is_read = False
    except settings.SettingsError as problems:
        is_read = any(f"{name}_FILE" in problem for problem in problems.problems)
    for page, yes in zip(READMES, ("yes", "sim"), strict=True):
        assert settings_table(page)[name][0] == (yes if is_read else "")


def test_settings__defaults_on_local__are_so() -> None:
    found = settings.load(environ={})
    wanted = {
        "COTA_NETWORK": found.network.name,
        "COTA_HOST": found.host,
        "COTA_PORT": str(found.port),
        "COTA_LOG_LEVEL": found.log_level,
        "COTA_DEPLOYMENTS": found.deployments.relative_to(settings.ROOT).as_posix(),
    }
    for page in READMES:
        rows = settings_table(page)
        assert {name: rows[name][1] for name in wanted} == {
            name: f"`{value}`" for name, value in wanted.items()
        }


# --- results, links, decisions


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_demo_json__fields__are_all_described(page: Path) -> None:
    text = page.read_text("utf-8")
    table = text[text.index("| `contributors`") :].split("\n\n")[0]
    described = [name for line in table.splitlines() for name in re.findall(r"`(\w+)`", line.split("|")[1])]
    assert described == list(Figures().to_json())


def anchors_of(page: Path) -> set[str]:
    """As GitHub makes them from headings."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links_of(page: Path) -> list[str]:
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"\]\(([^)\s]+)\)", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links__inside_the_repository__resolve(page: Path) -> None:
    for link in links_of(page):
        if re.match(r"https?://", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.is_relative_to(ROOT), f"{link} leads out of the repository"
        assert target.exists(), f"{link} leads nowhere"
        if anchor:
            assert anchor in anchors_of(target), f"{link}: no such heading"


def test_pages__from_the_readme__all_can_be_reached() -> None:
    reached, ahead = set(), [READMES[0]]
    while ahead:
        page = ahead.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        names = (link.partition("#")[0] for link in links_of(page) if not re.match(r"https?://", link))
        ahead += [(page.parent / name).resolve() for name in names if name]
    assert set(PAGES) <= reached


def test_decisions__index_and_files__are_the_same() -> None:
    listed = re.findall(
        r"^\| \[(\d{4})\]\((\1-[a-z0-9-]+\.md)\) \| (.+?) \|",
        (DECISIONS / "README.md").read_text("utf-8"),
        re.MULTILINE,
    )
    files = sorted(path for path in DECISIONS.glob("*.md") if path.name != "README.md")
    assert [name for _, name, _ in listed] == [path.name for path in files]
    assert [int(number) for number, _, _ in listed] == list(range(1, len(files) + 1))
    for (number, _, title), path in zip(listed, files, strict=True):
        assert path.read_text("utf-8").splitlines()[0] == f"# {number}. {title}"
