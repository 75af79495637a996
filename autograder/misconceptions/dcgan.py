# mypy: ignore-errors
"""Wrong variants of dcgan, each with the hint that helps; sorted by item, as in the spec.

A variant's source is run after the solution's, and takes the place of the definition of the same
name. Its docstring is what a student reads whose outputs equal the variant's.
"""

import torch
from torch import nn
from torch.nn import functional as F

from autograder.misconceptions import misconception, reference

DCGAN, Generator, Discriminator, SpectralDiscriminator = reference(
    "dcgan", "DCGAN", "Generator", "Discriminator", "SpectralDiscriminator"
)
Training, shuffled = reference("dcgan", "Training", "shuffled")

# --- init -----------------------------------------------------------------------------------------


@misconception("default-learning-rate", item="init")
class DCGAN(DCGAN):
    """Your optimizers take steps of 0.001, Adam's own choice. The class has an attribute for the
    learning rate: does Adam learn of it?"""

    def __init__(self, discriminator=None):
        super().__init__(discriminator)
        self._generator_optimizer = torch.optim.Adam(
            self._generator.parameters(), betas=(0.5, 0.999)
        )
        self._discriminator_optimizer = torch.optim.Adam(
            self._discriminator.parameters(), betas=(0.5, 0.999)
        )


@misconception("default-betas", item="init")
class DCGAN(DCGAN):
    """Adam averages the last gradients, and yours over about ten steps, its own choice. In this
    game the opponent changes with every step: which betas does the text ask for?"""

    def __init__(self, discriminator=None):
        super().__init__(discriminator)
        self._generator_optimizer = torch.optim.Adam(
            self._generator.parameters(), lr=self.learning_rate
        )
        self._discriminator_optimizer = torch.optim.Adam(
            self._discriminator.parameters(), lr=self.learning_rate
        )


@misconception("optimizers-of-one-net", item="init")
class DCGAN(DCGAN):
    """Both of your optimizers move the discriminator, and nobody moves the generator. Whose
    parameters should each of them get?"""

    def __init__(self, discriminator=None):
        super().__init__(discriminator)
        self._generator_optimizer = torch.optim.Adam(
            self._discriminator.parameters(), lr=self.learning_rate, betas=(0.5, 0.999)
        )
        self._discriminator_optimizer = torch.optim.Adam(
            self._discriminator.parameters(), lr=self.learning_rate, betas=(0.5, 0.999)
        )


@misconception("discriminator-that-was-given-is-ignored", item="init")
class DCGAN(DCGAN):
    """`DCGAN` can be given a discriminator, the one with spectral norm for instance, and yours
    makes a new one all the same. What is `_discriminator` to be then?"""

    def __init__(self, discriminator=None):
        super().__init__()


@misconception("weights-never-set", item="init")
class DCGAN(DCGAN):
    """All weights are still those that PyTorch draws by itself. You say what should happen to a
    layer: who calls that for each of them?"""

    def _weight_initialization(self):
        def start(layer):
            if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
                nn.init.normal_(layer.weight, 0.0, 0.02)


@misconception("transposed-convolutions-left-out", item="init")
class DCGAN(DCGAN):
    """The generator's convolutions still have PyTorch's own weights. They are transposed ones, a
    class of their own: does your condition hold for them?"""

    def _weight_initialization(self):
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.normal_(layer.weight, 0.0, 0.02)
            elif isinstance(layer, nn.BatchNorm2d):
                nn.init.normal_(layer.weight, 1.0, 0.02)
                nn.init.zeros_(layer.bias)


@misconception("two-hundredths-as-variance", item="init")
class DCGAN(DCGAN):
    """Your weights are spread seven times too far. Is 0.02 the variance here or the standard
    deviation, and which of the two does your function take?"""

    def _weight_initialization(self):
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
                nn.init.normal_(layer.weight, 0.0, 0.02**0.5)
            elif isinstance(layer, nn.BatchNorm2d):
                nn.init.normal_(layer.weight, 1.0, 0.02)
                nn.init.zeros_(layer.bias)


@misconception("batch-norm-around-zero", item="init")
class DCGAN(DCGAN):
    """The weights of BatchNorm lie around 0. It multiplies every channel by its weight: what is
    left of the signal then, and around which number should they lie?"""

    def _weight_initialization(self):
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
                nn.init.normal_(layer.weight, 0.0, 0.02)
            elif isinstance(layer, nn.BatchNorm2d):
                nn.init.normal_(layer.weight, 0.0, 0.02)
                nn.init.zeros_(layer.bias)


@misconception("batch-norm-bias-drawn", item="init")
class DCGAN(DCGAN):
    """The biases of BatchNorm are drawn at random. What does the text say they begin with?"""

    def _weight_initialization(self):
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
                nn.init.normal_(layer.weight, 0.0, 0.02)
            elif isinstance(layer, nn.BatchNorm2d):
                nn.init.normal_(layer.weight, 1.0, 0.02)
                nn.init.normal_(layer.bias, 0.0, 0.02)


@misconception("linear-weights-too", item="init")
class DCGAN(DCGAN):
    """You draw the weights of the Linear layers anew as well. The text names convolutions and
    BatchNorm: what does it say of all else?"""

    def _weight_initialization(self):
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
                nn.init.normal_(layer.weight, 0.0, 0.02)
            elif isinstance(layer, nn.BatchNorm2d):
                nn.init.normal_(layer.weight, 1.0, 0.02)
                nn.init.zeros_(layer.bias)


@misconception("cross-entropy-summed", item="init")
class DCGAN(DCGAN):
    """Twice as many images, and your loss is twice as large. The text asks for the average: how
    does the function learn of that?"""

    def _classification_loss(self, logits, labels):
        return F.binary_cross_entropy_with_logits(logits, labels, reduction="sum")


@misconception("sigmoid-before-logits-loss", item="init")
class DCGAN(DCGAN):
    """Your logits go through a sigmoid, and the loss then takes the probabilities for logits and
    squashes them once more. Which of the two does this function expect?"""

    def _classification_loss(self, logits, labels):
        return F.binary_cross_entropy_with_logits(torch.sigmoid(logits), labels)


@misconception("sigmoid-then-logarithm", item="init")
class DCGAN(DCGAN):
    """With logits of some hundreds your loss is wrong or infinite: a sigmoid ends at exactly 0 or 1
    there, and its logarithm tells nothing any more. Which function takes the logits themselves?"""

    def _classification_loss(self, logits, labels):
        p = torch.sigmoid(logits)
        return -(labels * torch.log(p) + (1 - labels) * torch.log(1 - p)).mean()


# --- train ----------------------------------------------------------------------------------------


@misconception("generator-moves-in-the-discriminators-step", item="train")
class DCGAN(DCGAN):
    """The generator moves twice in an iteration, and the first time to make the discriminator's
    task easier. The fakes lead the gradient on to it: what cuts them off from what made them, and
    whose optimizer belongs into the discriminator's step?"""

    def train(self, train_samples=True, keep_as=None):
        if isinstance(train_samples, bool):
            return nn.Module.train(self, train_samples)
        images = torch.as_tensor(train_samples, dtype=torch.float32)
        training = Training(self.num_epoch)
        for _ in training:
            for chosen in training.batches(shuffled(len(images), self.batch_size)):
                real = images[chosen]
                self.train()
                noise = torch.randn(len(real), self.code_size)
                fake = self._generator(noise)
                on_real, on_fake = self._discriminator(real), self._discriminator(fake)
                d_loss = self._classification_loss(on_real, torch.ones_like(on_real))
                d_loss = d_loss + self._classification_loss(on_fake, torch.zeros_like(on_fake))
                self._discriminator_optimizer.zero_grad()
                self._generator_optimizer.zero_grad()
                d_loss.backward()
                self._discriminator_optimizer.step()
                self._generator_optimizer.step()
                fake = self._generator(noise)
                again = self._discriminator(fake)
                g_loss = self._classification_loss(again, torch.ones_like(again))
                self._generator_optimizer.zero_grad()
                g_loss.backward()
                self._generator_optimizer.step()
                training.note(discriminator=d_loss, generator=g_loss)
        return training.steps


@misconception("fakes-not-detached-nor-cleared", item="train")
class DCGAN(DCGAN):
    """In its own step the generator moves by both losses: that of the discriminator left a gradient
    in it, which is against its wishes. What keeps that gradient from coming there at all, and what
    clears it?"""

    def train(self, train_samples=True, keep_as=None):
        if isinstance(train_samples, bool):
            return nn.Module.train(self, train_samples)
        images = torch.as_tensor(train_samples, dtype=torch.float32)
        training = Training(self.num_epoch)
        for _ in training:
            for chosen in training.batches(shuffled(len(images), self.batch_size)):
                real = images[chosen]
                self.train()
                noise = torch.randn(len(real), self.code_size)
                fake = self._generator(noise)
                on_real, on_fake = self._discriminator(real), self._discriminator(fake)
                d_loss = self._classification_loss(on_real, torch.ones_like(on_real))
                d_loss = d_loss + self._classification_loss(on_fake, torch.zeros_like(on_fake))
                self._discriminator_optimizer.zero_grad()
                self._generator_optimizer.zero_grad()
                d_loss.backward(retain_graph=True)
                self._discriminator_optimizer.step()
                again = self._discriminator(fake)
                g_loss = self._classification_loss(again, torch.ones_like(again))
                g_loss.backward()
                self._generator_optimizer.step()
                training.note(discriminator=d_loss, generator=g_loss)
        return training.steps


@misconception("gradients-never-cleared", item="train")
class DCGAN(DCGAN):
    """Gradients are added to what is there already, and nobody ever takes the old ones away, in
    neither net. When should they go?"""

    def train(self, train_samples=True, keep_as=None):
        if isinstance(train_samples, bool):
            return nn.Module.train(self, train_samples)
        images = torch.as_tensor(train_samples, dtype=torch.float32)
        training = Training(self.num_epoch)
        self._generator_optimizer.zero_grad()
        self._discriminator_optimizer.zero_grad()
        for _ in training:
            for chosen in training.batches(shuffled(len(images), self.batch_size)):
                real = images[chosen]
                self.train()
                noise = torch.randn(len(real), self.code_size)
                fake = self._generator(noise)
                on_real, on_fake = self._discriminator(real), self._discriminator(fake.detach())
                d_loss = self._classification_loss(on_real, torch.ones_like(on_real))
                d_loss = d_loss + self._classification_loss(on_fake, torch.zeros_like(on_fake))
                d_loss.backward()
                self._discriminator_optimizer.step()
                again = self._discriminator(fake)
                g_loss = self._classification_loss(again, torch.ones_like(again))
                g_loss.backward()
                self._generator_optimizer.step()
                training.note(discriminator=d_loss, generator=g_loss)
        return training.steps


@misconception("discriminator-never-cleared", item="train")
class DCGAN(DCGAN):
    """The discriminator's gradients are never taken away: those of earlier steps add up, and those
    of the generator's loss come on top. When should they go?"""

    def train(self, train_samples=True, keep_as=None):
        if isinstance(train_samples, bool):
            return nn.Module.train(self, train_samples)
        images = torch.as_tensor(train_samples, dtype=torch.float32)
        training = Training(self.num_epoch)
        for _ in training:
            for chosen in training.batches(shuffled(len(images), self.batch_size)):
                real = images[chosen]
                self.train()
                noise = torch.randn(len(real), self.code_size)
                fake = self._generator(noise)
                on_real, on_fake = self._discriminator(real), self._discriminator(fake.detach())
                d_loss = self._classification_loss(on_real, torch.ones_like(on_real))
                d_loss = d_loss + self._classification_loss(on_fake, torch.zeros_like(on_fake))
                d_loss.backward()
                self._discriminator_optimizer.step()
                again = self._discriminator(fake)
                g_loss = self._classification_loss(again, torch.ones_like(again))
                self._generator_optimizer.zero_grad()
                g_loss.backward()
                self._generator_optimizer.step()
                training.note(discriminator=d_loss, generator=g_loss)
        return training.steps


@misconception("generator-never-cleared", item="train")
class DCGAN(DCGAN):
    """The generator's gradients are never taken away, so each step is made with all the steps
    before as well. When should they go?"""

    def train(self, train_samples=True, keep_as=None):
        if isinstance(train_samples, bool):
            return nn.Module.train(self, train_samples)
        images = torch.as_tensor(train_samples, dtype=torch.float32)
        training = Training(self.num_epoch)
        for _ in training:
            for chosen in training.batches(shuffled(len(images), self.batch_size)):
                real = images[chosen]
                self.train()
                noise = torch.randn(len(real), self.code_size)
                fake = self._generator(noise)
                on_real, on_fake = self._discriminator(real), self._discriminator(fake.detach())
                d_loss = self._classification_loss(on_real, torch.ones_like(on_real))
                d_loss = d_loss + self._classification_loss(on_fake, torch.zeros_like(on_fake))
                self._discriminator_optimizer.zero_grad()
                d_loss.backward()
                self._discriminator_optimizer.step()
                again = self._discriminator(fake)
                g_loss = self._classification_loss(again, torch.ones_like(again))
                g_loss.backward()
                self._generator_optimizer.step()
                training.note(discriminator=d_loss, generator=g_loss)
        return training.steps


@misconception("gradients-of-the-wrong-net-cleared", item="train")
class DCGAN(DCGAN):
    """You clear the gradients of the net that is not about to move. So the discriminator moves by
    what the generator's loss left in it: whose gradients should be gone before each backward?"""

    def train(self, train_samples=True, keep_as=None):
        if isinstance(train_samples, bool):
            return nn.Module.train(self, train_samples)
        images = torch.as_tensor(train_samples, dtype=torch.float32)
        training = Training(self.num_epoch)
        for _ in training:
            for chosen in training.batches(shuffled(len(images), self.batch_size)):
                real = images[chosen]
                self.train()
                noise = torch.randn(len(real), self.code_size)
                fake = self._generator(noise)
                on_real, on_fake = self._discriminator(real), self._discriminator(fake.detach())
                d_loss = self._classification_loss(on_real, torch.ones_like(on_real))
                d_loss = d_loss + self._classification_loss(on_fake, torch.zeros_like(on_fake))
                self._generator_optimizer.zero_grad()
                d_loss.backward()
                self._discriminator_optimizer.step()
                again = self._discriminator(fake)
                g_loss = self._classification_loss(again, torch.ones_like(again))
                self._discriminator_optimizer.zero_grad()
                g_loss.backward()
                self._generator_optimizer.step()
                training.note(discriminator=d_loss, generator=g_loss)
        return training.steps


@misconception("cleared-between-backward-and-step", item="train")
class DCGAN(DCGAN):
    """The gradients are taken away after they were computed and before they were used, so there is
    nothing to move by. In which order do clearing, backward and step come?"""

    def train(self, train_samples=True, keep_as=None):
        if isinstance(train_samples, bool):
            return nn.Module.train(self, train_samples)
        images = torch.as_tensor(train_samples, dtype=torch.float32)
        training = Training(self.num_epoch)
        for _ in training:
            for chosen in training.batches(shuffled(len(images), self.batch_size)):
                real = images[chosen]
                self.train()
                noise = torch.randn(len(real), self.code_size)
                fake = self._generator(noise)
                on_real, on_fake = self._discriminator(real), self._discriminator(fake.detach())
                d_loss = self._classification_loss(on_real, torch.ones_like(on_real))
                d_loss = d_loss + self._classification_loss(on_fake, torch.zeros_like(on_fake))
                d_loss.backward()
                self._discriminator_optimizer.zero_grad()
                self._discriminator_optimizer.step()
                again = self._discriminator(fake)
                g_loss = self._classification_loss(again, torch.ones_like(again))
                g_loss.backward()
                self._generator_optimizer.zero_grad()
                self._generator_optimizer.step()
                training.note(discriminator=d_loss, generator=g_loss)
        return training.steps


@misconception("labels-swapped", item="train")
class DCGAN(DCGAN):
    """Your discriminator learns to call real images fake, and fakes real. Which label stands for
    real here?"""

    def train(self, train_samples=True, keep_as=None):
        if isinstance(train_samples, bool):
            return nn.Module.train(self, train_samples)
        images = torch.as_tensor(train_samples, dtype=torch.float32)
        training = Training(self.num_epoch)
        for _ in training:
            for chosen in training.batches(shuffled(len(images), self.batch_size)):
                real = images[chosen]
                self.train()
                noise = torch.randn(len(real), self.code_size)
                fake = self._generator(noise)
                on_real, on_fake = self._discriminator(real), self._discriminator(fake.detach())
                d_loss = self._classification_loss(on_real, torch.zeros_like(on_real))
                d_loss = d_loss + self._classification_loss(on_fake, torch.ones_like(on_fake))
                self._discriminator_optimizer.zero_grad()
                d_loss.backward()
                self._discriminator_optimizer.step()
                again = self._discriminator(fake)
                g_loss = self._classification_loss(again, torch.ones_like(again))
                self._generator_optimizer.zero_grad()
                g_loss.backward()
                self._generator_optimizer.step()
                training.note(discriminator=d_loss, generator=g_loss)
        return training.steps


@misconception("generator-wants-fake", item="train")
class DCGAN(DCGAN):
    """The generator learns to be found out: it is trained so that its images are called fake. What
    would it like the discriminator to say of them?"""

    def train(self, train_samples=True, keep_as=None):
        if isinstance(train_samples, bool):
            return nn.Module.train(self, train_samples)
        images = torch.as_tensor(train_samples, dtype=torch.float32)
        training = Training(self.num_epoch)
        for _ in training:
            for chosen in training.batches(shuffled(len(images), self.batch_size)):
                real = images[chosen]
                self.train()
                noise = torch.randn(len(real), self.code_size)
                fake = self._generator(noise)
                on_real, on_fake = self._discriminator(real), self._discriminator(fake.detach())
                d_loss = self._classification_loss(on_real, torch.ones_like(on_real))
                d_loss = d_loss + self._classification_loss(on_fake, torch.zeros_like(on_fake))
                self._discriminator_optimizer.zero_grad()
                d_loss.backward()
                self._discriminator_optimizer.step()
                again = self._discriminator(fake)
                g_loss = self._classification_loss(again, torch.zeros_like(again))
                self._generator_optimizer.zero_grad()
                g_loss.backward()
                self._generator_optimizer.step()
                training.note(discriminator=d_loss, generator=g_loss)
        return training.steps


@misconception("generator-maximizes-the-discriminators-loss", item="train")
class DCGAN(DCGAN):
    """Your generator makes the loss of the label fake as large as it can. That aims the same way,
    but has hardly any gradient as long as the discriminator is sure; which label should it wish for
    instead?"""

    def train(self, train_samples=True, keep_as=None):
        if isinstance(train_samples, bool):
            return nn.Module.train(self, train_samples)
        images = torch.as_tensor(train_samples, dtype=torch.float32)
        training = Training(self.num_epoch)
        for _ in training:
            for chosen in training.batches(shuffled(len(images), self.batch_size)):
                real = images[chosen]
                self.train()
                noise = torch.randn(len(real), self.code_size)
                fake = self._generator(noise)
                on_real, on_fake = self._discriminator(real), self._discriminator(fake.detach())
                d_loss = self._classification_loss(on_real, torch.ones_like(on_real))
                d_loss = d_loss + self._classification_loss(on_fake, torch.zeros_like(on_fake))
                self._discriminator_optimizer.zero_grad()
                d_loss.backward()
                self._discriminator_optimizer.step()
                again = self._discriminator(fake)
                g_loss = -self._classification_loss(again, torch.zeros_like(again))
                self._generator_optimizer.zero_grad()
                g_loss.backward()
                self._generator_optimizer.step()
                training.note(discriminator=d_loss, generator=g_loss)
        return training.steps


@misconception("real-and-fake-in-one-batch", item="train")
class DCGAN(DCGAN):
    """Real images and fakes go through the discriminator together, so BatchNorm sees the mixture of
    both and not each by itself. How often should the discriminator be called in its step?"""

    def train(self, train_samples=True, keep_as=None):
        if isinstance(train_samples, bool):
            return nn.Module.train(self, train_samples)
        images = torch.as_tensor(train_samples, dtype=torch.float32)
        training = Training(self.num_epoch)
        for _ in training:
            for chosen in training.batches(shuffled(len(images), self.batch_size)):
                real = images[chosen]
                self.train()
                noise = torch.randn(len(real), self.code_size)
                fake = self._generator(noise)
                both = self._discriminator(torch.cat([real, fake.detach()]))
                labels = torch.cat([torch.ones(len(real), 1), torch.zeros(len(real), 1)])
                d_loss = 2 * self._classification_loss(both, labels)
                self._discriminator_optimizer.zero_grad()
                d_loss.backward()
                self._discriminator_optimizer.step()
                again = self._discriminator(fake)
                g_loss = self._classification_loss(again, torch.ones_like(again))
                self._generator_optimizer.zero_grad()
                g_loss.backward()
                self._generator_optimizer.step()
                training.note(discriminator=d_loss, generator=g_loss)
        return training.steps


@misconception("sigmoid-in-training", item="train")
class DCGAN(DCGAN):
    """The loss takes logits, and what it gets from you are probabilities, so it squashes them once
    more. What does the discriminator return, and what has to happen to it?"""

    def train(self, train_samples=True, keep_as=None):
        if isinstance(train_samples, bool):
            return nn.Module.train(self, train_samples)
        images = torch.as_tensor(train_samples, dtype=torch.float32)
        training = Training(self.num_epoch)
        for _ in training:
            for chosen in training.batches(shuffled(len(images), self.batch_size)):
                real = images[chosen]
                self.train()
                noise = torch.randn(len(real), self.code_size)
                fake = self._generator(noise)
                on_real = torch.sigmoid(self._discriminator(real))
                on_fake = torch.sigmoid(self._discriminator(fake.detach()))
                d_loss = self._classification_loss(on_real, torch.ones_like(on_real))
                d_loss = d_loss + self._classification_loss(on_fake, torch.zeros_like(on_fake))
                self._discriminator_optimizer.zero_grad()
                d_loss.backward()
                self._discriminator_optimizer.step()
                again = torch.sigmoid(self._discriminator(fake))
                g_loss = self._classification_loss(again, torch.ones_like(again))
                self._generator_optimizer.zero_grad()
                g_loss.backward()
                self._generator_optimizer.step()
                training.note(discriminator=d_loss, generator=g_loss)
        return training.steps


@misconception("noise-drawn-once", item="train")
class DCGAN(DCGAN):
    """The codes are drawn before training, and every iteration has the same ones: the generator
    learns to make one batch of images. When should they be drawn?"""

    def train(self, train_samples=True, keep_as=None):
        if isinstance(train_samples, bool):
            return nn.Module.train(self, train_samples)
        images = torch.as_tensor(train_samples, dtype=torch.float32)
        training = Training(self.num_epoch)
        noise = torch.randn(self.batch_size, self.code_size)
        for _ in training:
            for chosen in training.batches(shuffled(len(images), self.batch_size)):
                real = images[chosen]
                self.train()
                fake = self._generator(noise)
                on_real, on_fake = self._discriminator(real), self._discriminator(fake.detach())
                d_loss = self._classification_loss(on_real, torch.ones_like(on_real))
                d_loss = d_loss + self._classification_loss(on_fake, torch.zeros_like(on_fake))
                self._discriminator_optimizer.zero_grad()
                d_loss.backward()
                self._discriminator_optimizer.step()
                again = self._discriminator(fake)
                g_loss = self._classification_loss(again, torch.ones_like(again))
                self._generator_optimizer.zero_grad()
                g_loss.backward()
                self._generator_optimizer.step()
                training.note(discriminator=d_loss, generator=g_loss)
        return training.steps


@misconception("tracked-noise-used-for-training", item="train")
class DCGAN(DCGAN):
    """You train with `tracked_noise`. It is there to show how the same codes look as training goes
    on; which codes should an iteration use?"""

    def train(self, train_samples=True, keep_as=None):
        if isinstance(train_samples, bool):
            return nn.Module.train(self, train_samples)
        images = torch.as_tensor(train_samples, dtype=torch.float32)
        training = Training(self.num_epoch)
        for _ in training:
            for chosen in training.batches(shuffled(len(images), self.batch_size)):
                real = images[chosen]
                self.train()
                noise = self.tracked_noise[: len(real)]
                fake = self._generator(noise)
                on_real, on_fake = self._discriminator(real), self._discriminator(fake.detach())
                d_loss = self._classification_loss(on_real, torch.ones_like(on_real))
                d_loss = d_loss + self._classification_loss(on_fake, torch.zeros_like(on_fake))
                self._discriminator_optimizer.zero_grad()
                d_loss.backward()
                self._discriminator_optimizer.step()
                again = self._discriminator(fake)
                g_loss = self._classification_loss(again, torch.ones_like(again))
                self._generator_optimizer.zero_grad()
                g_loss.backward()
                self._generator_optimizer.step()
                training.note(discriminator=d_loss, generator=g_loss)
        return training.steps


@misconception("noise-uniform", item="train")
class DCGAN(DCGAN):
    """Your codes all lie between 0 and 1. Which distribution should they follow, and which function
    of torch draws from it?"""

    def train(self, train_samples=True, keep_as=None):
        if isinstance(train_samples, bool):
            return nn.Module.train(self, train_samples)
        images = torch.as_tensor(train_samples, dtype=torch.float32)
        training = Training(self.num_epoch)
        for _ in training:
            for chosen in training.batches(shuffled(len(images), self.batch_size)):
                real = images[chosen]
                self.train()
                noise = torch.rand(len(real), self.code_size)
                fake = self._generator(noise)
                on_real, on_fake = self._discriminator(real), self._discriminator(fake.detach())
                d_loss = self._classification_loss(on_real, torch.ones_like(on_real))
                d_loss = d_loss + self._classification_loss(on_fake, torch.zeros_like(on_fake))
                self._discriminator_optimizer.zero_grad()
                d_loss.backward()
                self._discriminator_optimizer.step()
                again = self._discriminator(fake)
                g_loss = self._classification_loss(again, torch.ones_like(again))
                self._generator_optimizer.zero_grad()
                g_loss.backward()
                self._generator_optimizer.step()
                training.note(discriminator=d_loss, generator=g_loss)
        return training.steps


@misconception("fakes-of-a-fixed-number", item="train")
class DCGAN(DCGAN):
    """You always make the same number of fakes, however large a batch is. To how many real images
    do they belong?"""

    def train(self, train_samples=True, keep_as=None):
        if isinstance(train_samples, bool):
            return nn.Module.train(self, train_samples)
        images = torch.as_tensor(train_samples, dtype=torch.float32)
        training = Training(self.num_epoch)
        for _ in training:
            for chosen in training.batches(shuffled(len(images), self.batch_size)):
                real = images[chosen]
                self.train()
                noise = torch.randn(128, self.code_size)
                fake = self._generator(noise)
                on_real, on_fake = self._discriminator(real), self._discriminator(fake.detach())
                d_loss = self._classification_loss(on_real, torch.ones_like(on_real))
                d_loss = d_loss + self._classification_loss(on_fake, torch.zeros_like(on_fake))
                self._discriminator_optimizer.zero_grad()
                d_loss.backward()
                self._discriminator_optimizer.step()
                again = self._discriminator(fake)
                g_loss = self._classification_loss(again, torch.ones_like(again))
                self._generator_optimizer.zero_grad()
                g_loss.backward()
                self._generator_optimizer.step()
                training.note(discriminator=d_loss, generator=g_loss)
        return training.steps


@misconception("one-code-for-the-batch", item="train")
class DCGAN(DCGAN):
    """All fakes of a batch come from one and the same code, so they are all the same image. How
    many codes does a batch need?"""

    def train(self, train_samples=True, keep_as=None):
        if isinstance(train_samples, bool):
            return nn.Module.train(self, train_samples)
        images = torch.as_tensor(train_samples, dtype=torch.float32)
        training = Training(self.num_epoch)
        for _ in training:
            for chosen in training.batches(shuffled(len(images), self.batch_size)):
                real = images[chosen]
                self.train()
                noise = torch.randn(1, self.code_size).expand(len(real), -1)
                fake = self._generator(noise)
                on_real, on_fake = self._discriminator(real), self._discriminator(fake.detach())
                d_loss = self._classification_loss(on_real, torch.ones_like(on_real))
                d_loss = d_loss + self._classification_loss(on_fake, torch.zeros_like(on_fake))
                self._discriminator_optimizer.zero_grad()
                d_loss.backward()
                self._discriminator_optimizer.step()
                again = self._discriminator(fake)
                g_loss = self._classification_loss(again, torch.ones_like(again))
                self._generator_optimizer.zero_grad()
                g_loss.backward()
                self._generator_optimizer.step()
                training.note(discriminator=d_loss, generator=g_loss)
        return training.steps


@misconception("real-batch-judged-twice", item="train")
class DCGAN(DCGAN):
    """Where the discriminator should judge the fakes, it judges the real images a second time, and
    is told that these are fake. What should it look at?"""

    def train(self, train_samples=True, keep_as=None):
        if isinstance(train_samples, bool):
            return nn.Module.train(self, train_samples)
        images = torch.as_tensor(train_samples, dtype=torch.float32)
        training = Training(self.num_epoch)
        for _ in training:
            for chosen in training.batches(shuffled(len(images), self.batch_size)):
                real = images[chosen]
                self.train()
                noise = torch.randn(len(real), self.code_size)
                fake = self._generator(noise)
                on_real, on_fake = self._discriminator(real), self._discriminator(real)
                d_loss = self._classification_loss(on_real, torch.ones_like(on_real))
                d_loss = d_loss + self._classification_loss(on_fake, torch.zeros_like(on_fake))
                self._discriminator_optimizer.zero_grad()
                d_loss.backward()
                self._discriminator_optimizer.step()
                again = self._discriminator(fake)
                g_loss = self._classification_loss(again, torch.ones_like(again))
                self._generator_optimizer.zero_grad()
                g_loss.backward()
                self._generator_optimizer.step()
                training.note(discriminator=d_loss, generator=g_loss)
        return training.steps


@misconception("generator-cut-off", item="train")
class DCGAN(DCGAN):
    """No gradient ever reaches the generator. Fakes are cut off from it in the discriminator's step
    for a good reason; does that reason hold in the generator's own?"""

    def train(self, train_samples=True, keep_as=None):
        if isinstance(train_samples, bool):
            return nn.Module.train(self, train_samples)
        images = torch.as_tensor(train_samples, dtype=torch.float32)
        training = Training(self.num_epoch)
        for _ in training:
            for chosen in training.batches(shuffled(len(images), self.batch_size)):
                real = images[chosen]
                self.train()
                noise = torch.randn(len(real), self.code_size)
                fake = self._generator(noise)
                on_real, on_fake = self._discriminator(real), self._discriminator(fake.detach())
                d_loss = self._classification_loss(on_real, torch.ones_like(on_real))
                d_loss = d_loss + self._classification_loss(on_fake, torch.zeros_like(on_fake))
                self._discriminator_optimizer.zero_grad()
                d_loss.backward()
                self._discriminator_optimizer.step()
                again = self._discriminator(fake.detach())
                g_loss = self._classification_loss(again, torch.ones_like(again))
                self._generator_optimizer.zero_grad()
                g_loss.backward()
                self._generator_optimizer.step()
                training.note(discriminator=d_loss, generator=g_loss)
        return training.steps


@misconception("discriminator-never-moves", item="train")
class DCGAN(DCGAN):
    """The discriminator's gradients are computed, and nobody takes the step. What comes after
    backward?"""

    def train(self, train_samples=True, keep_as=None):
        if isinstance(train_samples, bool):
            return nn.Module.train(self, train_samples)
        images = torch.as_tensor(train_samples, dtype=torch.float32)
        training = Training(self.num_epoch)
        for _ in training:
            for chosen in training.batches(shuffled(len(images), self.batch_size)):
                real = images[chosen]
                self.train()
                noise = torch.randn(len(real), self.code_size)
                fake = self._generator(noise)
                on_real, on_fake = self._discriminator(real), self._discriminator(fake.detach())
                d_loss = self._classification_loss(on_real, torch.ones_like(on_real))
                d_loss = d_loss + self._classification_loss(on_fake, torch.zeros_like(on_fake))
                self._discriminator_optimizer.zero_grad()
                d_loss.backward()
                again = self._discriminator(fake)
                g_loss = self._classification_loss(again, torch.ones_like(again))
                self._generator_optimizer.zero_grad()
                g_loss.backward()
                self._generator_optimizer.step()
                training.note(discriminator=d_loss, generator=g_loss)
        return training.steps


@misconception("generator-never-moves", item="train")
class DCGAN(DCGAN):
    """The generator's gradients are computed, and nobody takes the step. What comes after
    backward?"""

    def train(self, train_samples=True, keep_as=None):
        if isinstance(train_samples, bool):
            return nn.Module.train(self, train_samples)
        images = torch.as_tensor(train_samples, dtype=torch.float32)
        training = Training(self.num_epoch)
        for _ in training:
            for chosen in training.batches(shuffled(len(images), self.batch_size)):
                real = images[chosen]
                self.train()
                noise = torch.randn(len(real), self.code_size)
                fake = self._generator(noise)
                on_real, on_fake = self._discriminator(real), self._discriminator(fake.detach())
                d_loss = self._classification_loss(on_real, torch.ones_like(on_real))
                d_loss = d_loss + self._classification_loss(on_fake, torch.zeros_like(on_fake))
                self._discriminator_optimizer.zero_grad()
                d_loss.backward()
                self._discriminator_optimizer.step()
                again = self._discriminator(fake)
                g_loss = self._classification_loss(again, torch.ones_like(again))
                self._generator_optimizer.zero_grad()
                g_loss.backward()
                training.note(discriminator=d_loss, generator=g_loss)
        return training.steps


@misconception("both-nets-updated-at-once", item="train")
class DCGAN(DCGAN):
    """Both losses are computed before either net moves. So the generator learns from the
    discriminator of the step before, and what its loss left in the discriminator moves that one the
    wrong way. When is the discriminator's step over?"""

    def train(self, train_samples=True, keep_as=None):
        if isinstance(train_samples, bool):
            return nn.Module.train(self, train_samples)
        images = torch.as_tensor(train_samples, dtype=torch.float32)
        training = Training(self.num_epoch)
        for _ in training:
            for chosen in training.batches(shuffled(len(images), self.batch_size)):
                real = images[chosen]
                self.train()
                noise = torch.randn(len(real), self.code_size)
                fake = self._generator(noise)
                on_real, on_fake = self._discriminator(real), self._discriminator(fake.detach())
                d_loss = self._classification_loss(on_real, torch.ones_like(on_real))
                d_loss = d_loss + self._classification_loss(on_fake, torch.zeros_like(on_fake))
                again = self._discriminator(fake)
                g_loss = self._classification_loss(again, torch.ones_like(again))
                self._discriminator_optimizer.zero_grad()
                self._generator_optimizer.zero_grad()
                d_loss.backward()
                g_loss.backward()
                self._discriminator_optimizer.step()
                self._generator_optimizer.step()
                training.note(discriminator=d_loss, generator=g_loss)
        return training.steps


@misconception("discriminator-steps-twice", item="train")
class DCGAN(DCGAN):
    """The discriminator makes a step for the real batch and another for the fakes. Its loss is the
    sum of both, and an iteration has one step: what has to be done before it?"""

    def train(self, train_samples=True, keep_as=None):
        if isinstance(train_samples, bool):
            return nn.Module.train(self, train_samples)
        images = torch.as_tensor(train_samples, dtype=torch.float32)
        training = Training(self.num_epoch)
        for _ in training:
            for chosen in training.batches(shuffled(len(images), self.batch_size)):
                real = images[chosen]
                self.train()
                noise = torch.randn(len(real), self.code_size)
                fake = self._generator(noise)
                d_loss = 0.0
                for batch, label in ((real, 1.0), (fake.detach(), 0.0)):
                    logits = self._discriminator(batch)
                    loss = self._classification_loss(logits, torch.full_like(logits, label))
                    self._discriminator_optimizer.zero_grad()
                    loss.backward()
                    self._discriminator_optimizer.step()
                    d_loss = d_loss + loss
                again = self._discriminator(fake)
                g_loss = self._classification_loss(again, torch.ones_like(again))
                self._generator_optimizer.zero_grad()
                g_loss.backward()
                self._generator_optimizer.step()
                training.note(discriminator=d_loss, generator=g_loss)
        return training.steps


@misconception("generator-steps-twice", item="train")
class DCGAN(DCGAN):
    """The generator makes two steps for each one of the discriminator. How many does the text give
    it?"""

    def train(self, train_samples=True, keep_as=None):
        if isinstance(train_samples, bool):
            return nn.Module.train(self, train_samples)
        images = torch.as_tensor(train_samples, dtype=torch.float32)
        training = Training(self.num_epoch)
        for _ in training:
            for chosen in training.batches(shuffled(len(images), self.batch_size)):
                real = images[chosen]
                self.train()
                noise = torch.randn(len(real), self.code_size)
                fake = self._generator(noise)
                on_real, on_fake = self._discriminator(real), self._discriminator(fake.detach())
                d_loss = self._classification_loss(on_real, torch.ones_like(on_real))
                d_loss = d_loss + self._classification_loss(on_fake, torch.zeros_like(on_fake))
                self._discriminator_optimizer.zero_grad()
                d_loss.backward()
                self._discriminator_optimizer.step()
                for _ in range(2):
                    fake = self._generator(torch.randn(len(real), self.code_size))
                    again = self._discriminator(fake)
                    g_loss = self._classification_loss(again, torch.ones_like(again))
                    self._generator_optimizer.zero_grad()
                    g_loss.backward()
                    self._generator_optimizer.step()
                training.note(discriminator=d_loss, generator=g_loss)
        return training.steps


@misconception("generator-first", item="train")
class DCGAN(DCGAN):
    """In your iterations the generator moves before the discriminator has seen the batch. Which of
    the two begins?"""

    def train(self, train_samples=True, keep_as=None):
        if isinstance(train_samples, bool):
            return nn.Module.train(self, train_samples)
        images = torch.as_tensor(train_samples, dtype=torch.float32)
        training = Training(self.num_epoch)
        for _ in training:
            for chosen in training.batches(shuffled(len(images), self.batch_size)):
                real = images[chosen]
                self.train()
                noise = torch.randn(len(real), self.code_size)
                fake = self._generator(noise)
                again = self._discriminator(fake)
                g_loss = self._classification_loss(again, torch.ones_like(again))
                self._generator_optimizer.zero_grad()
                g_loss.backward()
                self._generator_optimizer.step()
                on_real, on_fake = self._discriminator(real), self._discriminator(fake.detach())
                d_loss = self._classification_loss(on_real, torch.ones_like(on_real))
                d_loss = d_loss + self._classification_loss(on_fake, torch.zeros_like(on_fake))
                self._discriminator_optimizer.zero_grad()
                d_loss.backward()
                self._discriminator_optimizer.step()
                training.note(discriminator=d_loss, generator=g_loss)
        return training.steps


@misconception("optimizers-swapped", item="train")
class DCGAN(DCGAN):
    """After the discriminator's loss you take the step of the generator's optimizer, and the other
    way round. Which net is each loss to change?"""

    def train(self, train_samples=True, keep_as=None):
        if isinstance(train_samples, bool):
            return nn.Module.train(self, train_samples)
        images = torch.as_tensor(train_samples, dtype=torch.float32)
        training = Training(self.num_epoch)
        for _ in training:
            for chosen in training.batches(shuffled(len(images), self.batch_size)):
                real = images[chosen]
                self.train()
                noise = torch.randn(len(real), self.code_size)
                fake = self._generator(noise)
                on_real, on_fake = self._discriminator(real), self._discriminator(fake.detach())
                d_loss = self._classification_loss(on_real, torch.ones_like(on_real))
                d_loss = d_loss + self._classification_loss(on_fake, torch.zeros_like(on_fake))
                self._discriminator_optimizer.zero_grad()
                d_loss.backward()
                self._generator_optimizer.step()
                again = self._discriminator(fake)
                g_loss = self._classification_loss(again, torch.ones_like(again))
                self._generator_optimizer.zero_grad()
                g_loss.backward()
                self._discriminator_optimizer.step()
                training.note(discriminator=d_loss, generator=g_loss)
        return training.steps


@misconception("training-mode-forgotten", item="train")
class DCGAN(DCGAN):
    """Whoever looked at samples left the generator in evaluation mode, and you train it like that:
    BatchNorm then ignores the batch. What should be switched on before a step?"""

    def train(self, train_samples=True, keep_as=None):
        if isinstance(train_samples, bool):
            return nn.Module.train(self, train_samples)
        images = torch.as_tensor(train_samples, dtype=torch.float32)
        training = Training(self.num_epoch)
        for _ in training:
            for chosen in training.batches(shuffled(len(images), self.batch_size)):
                real = images[chosen]
                noise = torch.randn(len(real), self.code_size)
                fake = self._generator(noise)
                on_real, on_fake = self._discriminator(real), self._discriminator(fake.detach())
                d_loss = self._classification_loss(on_real, torch.ones_like(on_real))
                d_loss = d_loss + self._classification_loss(on_fake, torch.zeros_like(on_fake))
                self._discriminator_optimizer.zero_grad()
                d_loss.backward()
                self._discriminator_optimizer.step()
                again = self._discriminator(fake)
                g_loss = self._classification_loss(again, torch.ones_like(again))
                self._generator_optimizer.zero_grad()
                g_loss.backward()
                self._generator_optimizer.step()
                training.note(discriminator=d_loss, generator=g_loss)
        return training.steps


@misconception("number-of-epochs-fixed", item="train")
class DCGAN(DCGAN):
    """You always train for 25 epochs. The class has an attribute for that, which others may set:
    does your loop ask it?"""

    def train(self, train_samples=True, keep_as=None):
        if isinstance(train_samples, bool):
            return nn.Module.train(self, train_samples)
        images = torch.as_tensor(train_samples, dtype=torch.float32)
        training = Training(25)
        for _ in training:
            for chosen in training.batches(shuffled(len(images), self.batch_size)):
                real = images[chosen]
                self.train()
                noise = torch.randn(len(real), self.code_size)
                fake = self._generator(noise)
                on_real, on_fake = self._discriminator(real), self._discriminator(fake.detach())
                d_loss = self._classification_loss(on_real, torch.ones_like(on_real))
                d_loss = d_loss + self._classification_loss(on_fake, torch.zeros_like(on_fake))
                self._discriminator_optimizer.zero_grad()
                d_loss.backward()
                self._discriminator_optimizer.step()
                again = self._discriminator(fake)
                g_loss = self._classification_loss(again, torch.ones_like(again))
                self._generator_optimizer.zero_grad()
                g_loss.backward()
                self._generator_optimizer.step()
                training.note(discriminator=d_loss, generator=g_loss)
        return training.steps


@misconception("losses-kept-with-their-graphs", item="train")
class DCGAN(DCGAN):
    """The losses that you keep hold on to the graph of their step, and so to all its memory, which
    grows with every step. What do you need of a loss later on?"""

    def train(self, train_samples=True, keep_as=None):
        if isinstance(train_samples, bool):
            return nn.Module.train(self, train_samples)
        images = torch.as_tensor(train_samples, dtype=torch.float32)
        training = Training(self.num_epoch)
        losses = {"discriminator": [], "generator": []}
        for _ in training:
            for chosen in training.batches(shuffled(len(images), self.batch_size)):
                real = images[chosen]
                self.train()
                noise = torch.randn(len(real), self.code_size)
                fake = self._generator(noise)
                on_real, on_fake = self._discriminator(real), self._discriminator(fake.detach())
                d_loss = self._classification_loss(on_real, torch.ones_like(on_real))
                d_loss = d_loss + self._classification_loss(on_fake, torch.zeros_like(on_fake))
                self._discriminator_optimizer.zero_grad()
                d_loss.backward()
                self._discriminator_optimizer.step()
                again = self._discriminator(fake)
                g_loss = self._classification_loss(again, torch.ones_like(again))
                self._generator_optimizer.zero_grad()
                g_loss.backward()
                self._generator_optimizer.step()
                losses["discriminator"].append(d_loss)
                losses["generator"].append(g_loss)
                training.note(discriminator=d_loss, generator=g_loss)
        return losses


# --- spectral_norm --------------------------------------------------------------------------------


@misconception("no-spectral-norm", item="spectral_norm")
class SpectralDiscriminator(SpectralDiscriminator):
    """Your discriminator works with its weights as they are. Which function of torch.nn.utils
    divides them by their largest singular value, and for which layers?"""

    def __init__(self):
        Discriminator.__init__(self)


@misconception("first-convolution-only", item="spectral_norm")
class SpectralDiscriminator(SpectralDiscriminator):
    """Only the first convolution has spectral norm one. How many convolutions are there?"""

    def __init__(self):
        Discriminator.__init__(self)
        nn.utils.parametrizations.spectral_norm(self.layers[0])


@misconception("batch-norm-too", item="spectral_norm")
class SpectralDiscriminator(SpectralDiscriminator):
    """You also divide the weights of BatchNorm by their norm. It scales each channel by itself, and
    that is what it is there for: which layers does the text name?"""

    def __init__(self):
        super().__init__()
        for layer in self.layers:
            if isinstance(layer, nn.BatchNorm2d):
                nn.utils.spectral_norm(layer)


@misconception("divided-once", item="spectral_norm")
class SpectralDiscriminator(SpectralDiscriminator):
    """You divide the weights once, when the net is made. With the first step of an optimizer they
    are others: when does the division have to happen?"""

    def __init__(self):
        Discriminator.__init__(self)
        for layer in self.layers:
            if isinstance(layer, nn.Conv2d):
                layer.weight.data /= torch.linalg.matrix_norm(layer.weight.data.flatten(1), 2)


# --- reconstruct ----------------------------------------------------------------------------------


@misconception("generator-is-trained", item="reconstruct")
class DCGAN(DCGAN):
    """You train the generator, and after that it is another one. The generator is to stay as it is;
    what may change instead?"""

    def reconstruct(self, samples):
        self.eval()
        samples = torch.as_tensor(samples, dtype=torch.float32)
        code = torch.zeros(len(samples), self.code_size, requires_grad=True)
        optimizer = torch.optim.Adam(self._generator.parameters(), lr=self.vis_learning_rate)
        for _ in range(self.vis_steps):
            loss = self._reconstruction_loss(self._generator(code), samples)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        images = self._generator(code).detach()
        return loss.item(), images


@misconception("code-starts-at-random", item="reconstruct")
class DCGAN(DCGAN):
    """Your search begins at random codes, so every call ends elsewhere. Where does the text
    begin?"""

    def reconstruct(self, samples):
        self.eval()
        samples = torch.as_tensor(samples, dtype=torch.float32)
        code = torch.randn(len(samples), self.code_size, requires_grad=True)
        optimizer = torch.optim.Adam([code], lr=self.vis_learning_rate)
        for _ in range(self.vis_steps):
            loss = self._reconstruction_loss(self._generator(code), samples)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        images = self._generator(code).detach()
        return loss.item(), images


@misconception("code-made-anew-in-each-step", item="reconstruct")
class DCGAN(DCGAN):
    """Each step begins with new codes, so nothing that was learned is left. What has to be made
    once, before the loop?"""

    def reconstruct(self, samples):
        self.eval()
        samples = torch.as_tensor(samples, dtype=torch.float32)
        code = torch.zeros(len(samples), self.code_size, requires_grad=True)
        optimizer = torch.optim.Adam([code], lr=self.vis_learning_rate)
        for _ in range(self.vis_steps):
            code = torch.zeros(len(samples), self.code_size, requires_grad=True)
            loss = self._reconstruction_loss(self._generator(code), samples)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        images = self._generator(code).detach()
        return loss.item(), images


@misconception("code-without-gradient", item="reconstruct")
class DCGAN(DCGAN):
    """PyTorch does not follow what is computed with your codes. What does a tensor need so that
    backward leaves a gradient in it?"""

    def reconstruct(self, samples):
        self.eval()
        samples = torch.as_tensor(samples, dtype=torch.float32)
        code = torch.zeros(len(samples), self.code_size)
        optimizer = torch.optim.Adam([code], lr=self.vis_learning_rate)
        for _ in range(self.vis_steps):
            loss = self._reconstruction_loss(self._generator(code), samples)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        images = self._generator(code).detach()
        return loss.item(), images


@misconception("generator-in-training-mode", item="reconstruct")
class DCGAN(DCGAN):
    """The generator is in training mode: BatchNorm mixes the samples of a batch, and its statistics
    change with every step. What should be switched off before the search?"""

    def reconstruct(self, samples):
        self.train()
        samples = torch.as_tensor(samples, dtype=torch.float32)
        code = torch.zeros(len(samples), self.code_size, requires_grad=True)
        optimizer = torch.optim.Adam([code], lr=self.vis_learning_rate)
        for _ in range(self.vis_steps):
            loss = self._reconstruction_loss(self._generator(code), samples)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        images = self._generator(code).detach()
        return loss.item(), images


@misconception("search-gradients-never-cleared", item="reconstruct")
class DCGAN(DCGAN):
    """The gradients of the codes add up from step to step, so they overshoot. When should the old
    ones go?"""

    def reconstruct(self, samples):
        self.eval()
        samples = torch.as_tensor(samples, dtype=torch.float32)
        code = torch.zeros(len(samples), self.code_size, requires_grad=True)
        optimizer = torch.optim.Adam([code], lr=self.vis_learning_rate)
        for _ in range(self.vis_steps):
            loss = self._reconstruction_loss(self._generator(code), samples)
            loss.backward()
            optimizer.step()
        images = self._generator(code).detach()
        return loss.item(), images


@misconception("images-keep-their-graph", item="reconstruct")
class DCGAN(DCGAN):
    """Your images still hold on to the graph of the generator. Nobody trains with them: how do you
    let go of it?"""

    def reconstruct(self, samples):
        self.eval()
        samples = torch.as_tensor(samples, dtype=torch.float32)
        code = torch.zeros(len(samples), self.code_size, requires_grad=True)
        optimizer = torch.optim.Adam([code], lr=self.vis_learning_rate)
        for _ in range(self.vis_steps):
            loss = self._reconstruction_loss(self._generator(code), samples)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        images = self._generator(code)
        return loss.item(), images


@misconception("loss-keeps-its-graph", item="reconstruct")
class DCGAN(DCGAN):
    """The loss that you return still holds on to the graph of the last step. What is asked for is a
    number."""

    def reconstruct(self, samples):
        self.eval()
        samples = torch.as_tensor(samples, dtype=torch.float32)
        code = torch.zeros(len(samples), self.code_size, requires_grad=True)
        optimizer = torch.optim.Adam([code], lr=self.vis_learning_rate)
        for _ in range(self.vis_steps):
            loss = self._reconstruction_loss(self._generator(code), samples)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        images = self._generator(code).detach()
        return loss, images


@misconception("samples-stay-as-they-come", item="reconstruct")
class DCGAN(DCGAN):
    """The samples may come as an array, and only tensors can be compared with what the generator
    makes. What has to be made of them first?"""

    def reconstruct(self, samples):
        self.eval()
        code = torch.zeros(len(samples), self.code_size, requires_grad=True)
        optimizer = torch.optim.Adam([code], lr=self.vis_learning_rate)
        for _ in range(self.vis_steps):
            loss = self._reconstruction_loss(self._generator(code), samples)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        images = self._generator(code).detach()
        return loss.item(), images


@misconception("samples-returned", item="reconstruct")
class DCGAN(DCGAN):
    """What you return as reconstructions are the samples themselves. What does the generator make
    of the codes that were found?"""

    def reconstruct(self, samples):
        self.eval()
        samples = torch.as_tensor(samples, dtype=torch.float32)
        code = torch.zeros(len(samples), self.code_size, requires_grad=True)
        optimizer = torch.optim.Adam([code], lr=self.vis_learning_rate)
        for _ in range(self.vis_steps):
            loss = self._reconstruction_loss(self._generator(code), samples)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        images = samples
        return loss.item(), images


@misconception("plain-grey", item="reconstruct")
class DCGAN(DCGAN):
    """Your images are grey, whatever the samples are. That is not even far from photographs on the
    average, but is it what the generator makes?"""

    def reconstruct(self, samples):
        samples = torch.as_tensor(samples, dtype=torch.float32)
        images = torch.full_like(samples, 0.5)
        return self._reconstruction_loss(images, samples).item(), images


@misconception("another-generator", item="reconstruct")
class DCGAN(DCGAN):
    """You search the codes of a new generator that was never trained. Which one has `DCGAN`?"""

    def reconstruct(self, samples):
        generator = Generator(self.code_size).eval()
        samples = torch.as_tensor(samples, dtype=torch.float32)
        code = torch.zeros(len(samples), self.code_size, requires_grad=True)
        optimizer = torch.optim.Adam([code], lr=self.vis_learning_rate)
        for _ in range(self.vis_steps):
            loss = self._reconstruction_loss(generator(code), samples)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        images = generator(code).detach()
        return loss.item(), images


@misconception("towards-real-in-place-of-the-samples", item="reconstruct")
class DCGAN(DCGAN):
    """You move the codes to where the discriminator is content, as activation maximization does. It
    does not know the samples: what are the images to be compared with here?"""

    def reconstruct(self, samples):
        self.eval()
        samples = torch.as_tensor(samples, dtype=torch.float32)
        code = torch.zeros(len(samples), self.code_size, requires_grad=True)
        optimizer = torch.optim.Adam([code], lr=self.vis_learning_rate)
        for _ in range(self.vis_steps):
            logits = self._discriminator(self._generator(code))
            loss = self._classification_loss(logits, torch.ones_like(logits))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        images = self._generator(code).detach()
        return loss.item(), images


@misconception("squared-error-summed", item="reconstruct")
class DCGAN(DCGAN):
    """Twice as many images, and your loss is twice as large. The text asks for the average over all
    pixels of all images."""

    def _reconstruction_loss(self, reconstruction, x):
        return ((reconstruction - x) ** 2).sum()
