"""One step after the other, in evaluation mode, and the mean by what kind of model it is."""


def code_of(model, image):
    code = model.encoder(image.reshape(1, -1))
    if isinstance(model, VAE):
        code = code.chunk(2, dim=1)[0]
    return code


def interpolate(model, start_img, end_img, steps=5):
    model.eval()
    start, end = code_of(model, start_img), code_of(model, end_img)
    images = []
    for i in range(steps):
        t = i / (steps - 1)
        images.append(model.decoder((1 - t) * start + t * end).view(28, 28))
    return torch.stack(images).detach()
