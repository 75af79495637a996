import os

os.environ["CONFIGURED_BY_STUDENT"] = "1"
open("usercustomize_was_here", "w").close()
