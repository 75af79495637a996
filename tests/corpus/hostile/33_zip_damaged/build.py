"""A zip whose directory lies about sizes and places, which is locked, and which is cut off.

Expected: 0 points.
"""
import io
import shutil
import zipfile


def build(folder, surroundings):
    """A zip takes the folder's place."""
    shutil.rmtree(folder)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("vae.py", "def reparametrize(mu, logvar):\n    return mu\n" * 50)
    data = bytearray(content.getvalue())
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 8] |= 1  # locked
    data[entry + 24 : entry + 28] = b"\xff\xff\xff\x7f"  # its size, unpacked
    folder.with_suffix(".zip").write_bytes(bytes(data))
