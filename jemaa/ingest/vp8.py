"""Files. Pictures to VP8 (RFC 6386) in two sizes, cheaply: for sources that do not bring an encoder of their own."""

from fractions import Fraction

import av
from av.video.frame import PictureType

from jemaa.live.picture import Rendition

PICTURES_A_SECOND = 15
KEY_FRAME_SECONDS = 2
BOXES = (("low", 320, 180, 100), ("high", 640, 360, 400))
"""Name, the box that the picture is fitted into, and kb/s."""


def fitted(width: int, height: int) -> list[Rendition]:
    """The two renditions of a picture of this size: its shape is kept, it is never enlarged, sides are even."""
    found = []
    for name, most_wide, most_high, kbps in BOXES:
        scale = min(most_wide / width, most_high / height, 1)
        wide, high = (max(2, round(side * scale / 2) * 2) for side in (width, height))
        found.append(Rendition(name, "vp8", wide, high, kbps))
    return found


class Vp8Encoder:
    """One rendition. A key frame each two seconds, and when it is asked for."""

    def __init__(self, rendition: Rendition) -> None:
        codec = av.CodecContext.create("libvpx", "w")
        codec.width, codec.height = rendition.width, rendition.height
        codec.pix_fmt = "yuv420p"
        codec.time_base = Fraction(1, 1000)
        codec.framerate = Fraction(PICTURES_A_SECOND, 1)
        codec.bit_rate = rendition.kbps * 1000
        codec.gop_size = PICTURES_A_SECOND * KEY_FRAME_SECONDS
        codec.options = {
            "deadline": "realtime",
            "cpu-used": "8",
            "lag-in-frames": "0",
            "maxrate": str(rendition.kbps * 1300),
            "bufsize": str(rendition.kbps * 1000),
        }
        codec.open()
        self._codec = codec
        self._size = f"{rendition.width}x{rendition.height}"
        self.config = f"vp8 {self._size}".encode()
        """What stands in a key frame's chunk."""

    def encode(self, frame: av.VideoFrame, time_ms: int, *, as_key: bool) -> list[tuple[bool, bytes]]:
        """The encoded picture, and whether decoding can start with it. `time_ms` grows."""
        width, height = (int(side) for side in self._size.split("x"))
        scaled = frame.reformat(width=width, height=height, format="yuv420p")
        scaled.pts, scaled.time_base = time_ms, Fraction(1, 1000)
        scaled.pict_type = PictureType.I if as_key else PictureType.NONE
        return [(packet.is_keyframe, bytes(packet)) for packet in self._codec.encode(scaled)]
