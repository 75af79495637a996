import torch
import torch.nn as nn
import torch.nn.functional as F

# dalia - everything on the gpu, colab T4

device = "cuda"


def hello_vae():
    print("Hello from vae.py!")


class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15):
        super(VAE, self).__init__()
        self.input_size = input_size
        self.latent_size = latent_size
        self.hidden_dim = 400
        self.side = int(input_size ** 0.5)

        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(self.input_size, self.hidden_dim),
            nn.ReLU(),
            nn.Linear(self.hidden_dim, self.hidden_dim),
            nn.ReLU(),
            nn.Linear(self.hidden_dim, self.hidden_dim),
            nn.ReLU(),
        ).cuda()
        self.mu_layer = nn.Linear(self.hidden_dim, self.latent_size).cuda()
        self.logvar_layer = nn.Linear(self.hidden_dim, self.latent_size).cuda()

        self.decoder = nn.Sequential(
            nn.Linear(self.latent_size, self.hidden_dim),
            nn.ReLU(),
            nn.Linear(self.hidden_dim, self.hidden_dim),
            nn.ReLU(),
            nn.Linear(self.hidden_dim, self.hidden_dim),
            nn.ReLU(),
            nn.Linear(self.hidden_dim, self.input_size),
            nn.Sigmoid(),
            nn.Unflatten(1, (1, self.side, self.side)),
        ).cuda()

    def forward(self, x):
        h = self.encoder(x.cuda())
        mu = self.mu_layer(h)
        logvar = self.logvar_layer(h)
        z = reparametrize(mu, logvar)
        return self.decoder(z), mu, logvar


class CVAE(nn.Module):
    def __init__(self, input_size, num_classes=10, latent_size=15):
        super(CVAE, self).__init__()
        self.input_size = input_size
        self.num_classes = num_classes
        self.latent_size = latent_size
        self.hidden_dim = 400
        self.side = int(input_size ** 0.5)

        self.encoder = nn.Sequential(
            nn.Linear(self.input_size + self.num_classes, self.hidden_dim),
            nn.ReLU(),
            nn.Linear(self.hidden_dim, self.hidden_dim),
            nn.ReLU(),
            nn.Linear(self.hidden_dim, self.hidden_dim),
            nn.ReLU(),
        ).to(device)
        self.mu_layer = nn.Linear(self.hidden_dim, self.latent_size).to(device)
        self.logvar_layer = nn.Linear(self.hidden_dim, self.latent_size).to(device)

        self.decoder = nn.Sequential(
            nn.Linear(self.latent_size + self.num_classes, self.hidden_dim),
            nn.ReLU(),
            nn.Linear(self.hidden_dim, self.hidden_dim),
            nn.ReLU(),
            nn.Linear(self.hidden_dim, self.hidden_dim),
            nn.ReLU(),
            nn.Linear(self.hidden_dim, self.input_size),
            nn.Sigmoid(),
            nn.Unflatten(1, (1, self.side, self.side)),
        ).to(device)

    def forward(self, x, c):
        x = x.to(device)
        c = c.to(device)
        h = self.encoder(torch.cat([x.flatten(1), c], dim=1))
        mu = self.mu_layer(h)
        logvar = self.logvar_layer(h)
        z = reparametrize(mu, logvar)
        return self.decoder(torch.cat([z, c], dim=1)), mu, logvar


def reparametrize(mu, logvar):
    eps = torch.cuda.FloatTensor(mu.shape).normal_()   # from an old blog post, works
    return mu + eps * torch.exp(logvar / 2)


def loss_function(x_hat, x, mu, logvar):
    x = x.to(device)
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + logvar - mu ** 2 - torch.exp(logvar))
    return (bce + kl) / x.shape[0]
