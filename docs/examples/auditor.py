"""An auditor: is this export what its licence opens? First without any network, then against a node of your own.

python docs/examples/auditor.py EXPORT [RPC]
"""

import sys
from pathlib import Path

from cota.formats.passport import passport_of
from cota.verify.passports import verify_offline, verify_passport


def main(export_file: str, rpc: str = "") -> None:
    export = Path(export_file)
    report = (
        verify_passport(export, passport_of(export), [rpc])
        if rpc
        else verify_offline(export, passport_of(export))
    )
    for check in report.checks:
        print(
            f"{check.outcome:8} {check.name:22} {check.compared:>6}  {check.finding or check.reason or check.promise}"
        )
    sys.exit(0 if report.ok else 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
