"""A zip whose entries have `..`, absolute paths, drives and links in their names.

Expected: 0 points.
"""
import shutil
import stat
import zipfile


def build(folder, surroundings):
    """A zip takes the folder's place."""
    shutil.rmtree(folder)
    with zipfile.ZipFile(folder.with_suffix(".zip"), "w") as archive:
        for name in ("../was_here.py", "../../was_here.py", "a/../../was_here.py", "/tmp/was_here.py", "//tmp/was_here.py",
                     "..\\..\\was_here.py", "C:\\was_here.py", "./../was_here.py", "a/./../b.py", "vae.py/../../was_here.py"):
            archive.writestr(name, "raise SystemExit('was here')")
        link = zipfile.ZipInfo("linked.py")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, str(surroundings.secret))
        archive.writestr("vae.py", "def reparametrize(mu, logvar):\n    return logvar\n")
