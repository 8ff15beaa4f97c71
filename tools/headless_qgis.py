"""qgis_process with the bundled plugin, in a profile of its own and with the system's Python."""

import os
import subprocess
from pathlib import Path


def headless(profile, plugins):
    """Return qgis_process and its environment: a profile of its own, with the plugin enabled, and the system's Python."""
    environment = {
        key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV", "PYTHONHOME")
    }
    environment.update(
        QGIS_PLUGINPATH=str(plugins),
        QGIS_CUSTOM_CONFIG_PATH=str(profile),
        QT_QPA_PLATFORM="offscreen",
        PATH="/usr/bin:/bin",
    )
    program = next(path for path in ("/usr/bin/qgis_process.bin", "/usr/bin/qgis_process") if os.path.exists(path))
    enabled = Path(profile) / "enabled"
    if not enabled.exists():  # once for each profile: it takes as long as a run
        subprocess.run(
            [program, "plugins", "enable", "lacrime_qgis"], env=environment, capture_output=True, check=False
        )
        enabled.parent.mkdir(parents=True, exist_ok=True)
        enabled.touch()
    return program, environment


def run_headless(profile, plugins, algorithm, project=None, **parameters):
    """Run an algorithm through qgis_process; return the process."""
    program, environment = headless(profile, plugins)
    words = [f"{name}={value}" for name, value in parameters.items()]
    opened = [f"--project_path={project}"] if project else []
    command = [program, "run", f"lacrime:{algorithm}", *opened, "--", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
