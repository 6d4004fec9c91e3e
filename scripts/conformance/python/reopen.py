"""Opens files that an older Keras saved with a newer one, and records what that makes of them: files outlive the version that wrote them.
`--from`: what structures.py wrote.

    python reopen.py --library tf_keras --from FOLDER --out FOLDER
"""

import argparse
import json
import pathlib
import shutil
import sys

import libraries
from one import values_for
from record import Record
from structures import in_float32


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--library", default="keras")
    parser.add_argument("--from", dest="source", required=True)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    library = libraries.load(options.library)
    record = Record(options.out)
    source = pathlib.Path(options.source)
    for entry in json.loads((source / "index.json").read_text()):
        if "skipped" in entry or "architecture" in entry or entry.get("refused"):
            continue
        label = {"keras": library.version, "saved_by": entry["keras"], "format": entry.get("format"), "kind": entry.get("kind")}
        library.clear()
        try:
            model = library.load_model(str(source / entry["file"]))
            values = values_for(library, model, entry["inputs"])
            reckoner = in_float32(library.keras, model) if entry.get("in_float32") else model
            layers = record.expected(entry["case"], library.layer_outputs(reckoner, values))
        except Exception as error:
            record.skip(entry["case"], entry["file"], f"not opened by Keras: {type(error).__name__}: {error}", **label)
            continue
        shutil.copy(source / entry["file"], record.folder / entry["file"])
        record.add(entry["case"], entry["file"], entry["inputs"], layers, model.count_params(), reopened="yes", **label)
    record.write()


if __name__ == "__main__":
    sys.exit(main())
