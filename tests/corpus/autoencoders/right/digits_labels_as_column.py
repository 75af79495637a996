"""Labels as a column (10, 1), drawn with `Normal`; the decoder gets the label by its name."""
import torch
from torch.distributions import Normal


@torch.no_grad()
def sample_digits(model):
    c = torch.LongTensor([[i] for i in range(10)]).to(device)
    z = Normal(0, 1).sample((10, model.nz)).to(device)
    return model.decoder(z, c=c).squeeze(1).reshape(-1, 28, 28)
