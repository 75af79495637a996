import os

os.environ["CONFIGURED_BY_STUDENT"] = "1"
open("sitecustomize_was_here", "w").close()
