"""Lays the checkpoints beside the code: pickles that make a file where they are read."""
import pickle


class Bomb:
    def __reduce__(self):
        return open, ("checkpoint_was_here", "w")


def build(folder, surroundings):
    for name in ("model.pt", "vae.pth", "weights.pkl", "optimizer.bin", "fc_vae-encoder-0.pt"):
        (folder / name).write_bytes(pickle.dumps(Bomb()))
    (folder / "__pycache__").mkdir()
    for version in ("310", "311", "312", "313", "314"):
        planted = folder / "__pycache__" / f"vae.cpython-{version}.pyc"
        planted.write_bytes(b"\0" * 16 + pickle.dumps(Bomb()))
