"""A newcomer's machine lacks something: `make setup` says what in one line, and builds nothing."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GOOD_NODE = 'echo "v20.11.0"'
GOOD_PYTHON = 'case "$1" in -c) exit 0;; *) exit 1;; esac'  # new enough, and without a venv module
OLD_PYTHON = 'case "$1" in --version) echo "Python 3.9.2";; *) exit 1;; esac'


class Machine:
    """A clone with setup.sh alone, on a PATH that holds only what a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.clone, self.bin = folder / "clone", folder / "bin"
        (self.clone / "scripts").mkdir(parents=True)
        self.bin.mkdir()
        shutil.copy(ROOT / "scripts" / "setup.sh", self.clone / "scripts")
        for name in (
            "requirements.lock",
            "requirements.in",
            "pyproject.toml",
            "package-lock.json",
            "package.json",
        ):
            (self.clone / name).touch()
        for tool in ("bash", "cat", "cut", "dirname", "rm", "sed"):
            (self.bin / tool).symlink_to(shutil.which(tool) or tool)

    def install(self, tool: str, script: str) -> None:
        path = self.bin / tool
        path.write_text(f"#!{self.bin / 'bash'}\n{script}\n")
        path.chmod(0o755)

    def setup(self, **env: str) -> subprocess.CompletedProcess[str]:
        script = self.clone / "scripts" / "setup.sh"
        return subprocess.run(
            [self.bin / "bash", script], env={"PATH": str(self.bin), **env}, text=True, capture_output=True
        )

    def stamp(self, folder: str, content: str = "") -> None:
        """As a build from the present files leaves it."""
        (self.clone / folder).mkdir()
        (self.clone / folder / ".stamp").write_text(content)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.parametrize(
    ("tools", "line"),
    [
        ({"python3": GOOD_PYTHON}, "node is missing: install Node.js 20 or newer"),
        ({"node": "echo v18.19.0"}, "Node.js 18.19.0 is too old: 20 or newer is needed"),
        ({"node": "exit 1"}, "node does not run: install Node.js 20 or newer"),
        ({"node": GOOD_NODE}, "python3 is missing: install Python 3.11 or newer"),
        ({"node": GOOD_NODE, "python3": "exit 1"}, "python3 does not run: install Python 3.11 or newer"),
        (
            {"node": GOOD_NODE, "python3": OLD_PYTHON},
            "Python 3.9.2 is too old: Python 3.11 or newer is needed (name one with PYTHON=...)",
        ),
    ],
)
def test_setup__a_tool_is_missing_or_too_old__one_line_names_it(
    machine: Machine, tools: dict[str, str], line: str
) -> None:
    for name, script in tools.items():
        machine.install(name, script)
    done = machine.setup()
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"setup: {line}\n")
    assert not (machine.clone / ".venv").exists()


def test_setup__python_without_venv__says_what_to_install_and_leaves_nothing(machine: Machine) -> None:
    machine.install("node", GOOD_NODE)
    machine.install("python3", GOOD_PYTHON)
    done = machine.setup()
    assert done.returncode == 1
    assert done.stderr == (
        "setup: python3 cannot make a virtual environment: install its venv module (Debian: python3-venv)\n"
    )
    assert not (machine.clone / ".venv").exists()


def test_setup__all_in_place__does_nothing(machine: Machine) -> None:
    machine.install("node", GOOD_NODE)
    machine.stamp(".venv", f"{machine.clone}\n")
    machine.stamp("node_modules")
    done = machine.setup()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_setup__the_clone_was_moved__begins_a_new_environment(machine: Machine) -> None:
    machine.install("node", GOOD_NODE)
    machine.install("python3", GOOD_PYTHON)
    machine.stamp(".venv", "/somewhere/else\n")
    machine.stamp("node_modules")
    done = machine.setup()
    assert "setup: Python packages into .venv\n" in done.stdout
    assert not (machine.clone / ".venv").exists()


def test_setup__environments_of_another_clone_are_linked_in__leaves_them_alone(machine: Machine) -> None:
    machine.install("node", GOOD_NODE)
    theirs = machine.clone.parent / "theirs"
    theirs.mkdir()
    for name in (".venv", "node_modules"):
        (machine.clone / name).symlink_to(theirs)
    done = machine.setup()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(theirs.iterdir()) == []
