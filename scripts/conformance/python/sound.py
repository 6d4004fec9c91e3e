"""Spectrograms. See draw.py."""

from draw import makes

KERAS3 = (3,)


@makes("STFTSpectrogram", only=KERAS3, times=3)
def stft(d, k):
    form = d.format(0.3)
    frame = d.int(2, 40)
    options = d.some(
        frame_step=lambda: d.int(1, frame),
        fft_length=lambda: d.int(frame, 64),
        window=lambda: d.of("hamming", "blackman", None),
        scaling=lambda: d.of("spectrum", None),
        periodic=lambda: True,
        expand_dims=lambda: True,
    )
    samples, channels = d.int(41, 120), d.int(1, 3)
    layer = k.layers.STFTSpectrogram(
        d.of("log", "magnitude", "psd", "real", "imag", "angle", "stft"), frame, padding=d.of("valid", "same"), data_format=form, **options
    )
    x = k.Input((channels, samples) if form == "channels_first" else (samples, channels))
    return x, layer(x)


@makes("MelSpectrogram", only=KERAS3, times=3)
def mel(d, k):
    length = d.of(64, 100, 128, 255, 256)
    options = d.some(
        sequence_length=lambda: d.int(length // 2, length),
        window=lambda: d.of("hamming", None),
        sampling_rate=lambda: d.of(8000, 22050, 44100),
        min_freq=lambda: d.number(0, 300),
        max_freq=lambda: d.int(2000, 4000),
        power_to_db=lambda: d.chance(),
        top_db=lambda: d.number(5, 100),
        mag_exp=lambda: d.of(1.0, 0.7, 3.0),
        min_power=lambda: d.of(1e-5, 0.1),
        ref_power=lambda: d.number(0.1, 20),
    )
    x = k.Input((d.int(200, 700),))
    return x, k.layers.MelSpectrogram(length, d.int(20, 200), num_mel_bins=d.int(3, 20), **options)(x)
