# ruff: noqa: F811
# (one name is defined again and again here: every definition is one wrong variant of it)
# mypy: ignore-errors
"""Wrong variants of autoencoders, each with the hint that helps; sorted by item, as in the spec.

A variant's source is run after the solution's, and takes the place of the definition of the same
name. Its docstring is what a student reads whose outputs equal the variant's.
"""

# --- encoder_decoder ------------------------------------------------------------------------------


# --- train_autoencoder ----------------------------------------------------------------------------


# --- sample_prior ---------------------------------------------------------------------------------


# --- vae ------------------------------------------------------------------------------------------


# --- train_vae ------------------------------------------------------------------------------------


# --- tuned_beta -----------------------------------------------------------------------------------


# --- interpolate ----------------------------------------------------------------------------------


# --- cvae -----------------------------------------------------------------------------------------


# --- sample_digits --------------------------------------------------------------------------------
