"""Why a step of a resumable upload cannot be taken; each says how to go on without sending again what is here."""

from __future__ import annotations

from policies.errors import DomainError


class UploadError(DomainError):
    """Base of the errors of resumable uploads."""


class UploadNotFoundError(UploadError):
    """No such upload of this organ: never made, another organ's, or expired; they are answered alike."""

    def __init__(self) -> None:
        super().__init__(
            "没有这个上传，或已过期清除",
            "there is no such upload, or it has expired",
            next_zh="请重新创建上传并从头发送",
            next_en="create an upload anew and send the file from its beginning",
        )


class UploadOffsetError(UploadError):
    """The bytes sent do not begin where the received ones end."""

    def __init__(self, offset: int) -> None:
        super().__init__(
            f"起始位置不对：已收到 {offset} 字节",
            f"wrong offset: {offset} bytes are here",
            next_zh=f"请从第 {offset} 字节继续发送（HEAD 可随时查询）",
            next_en=f"go on at byte {offset}; HEAD tells it at any time",
            facts={"offset": offset},
        )
        self.offset = offset


class UploadBusyError(UploadError):
    """Another request is sending to this upload, or it is being pushed."""

    def __init__(self) -> None:
        super().__init__(
            "该上传正由另一个请求办理",
            "another request is at work on this upload",
            next_zh="请稍候，用 HEAD 查询进度后再继续",
            next_en="wait a little, ask with HEAD how far it is, then go on",
            facts={"retry_after_seconds": 1},
        )


class UploadTooLargeError(UploadError):
    """The announced file is larger than one upload may be, or more bytes come than were announced."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"内容超过上限 {limit} 字节",
            f"the content is larger than {limit} bytes",
            next_zh="请核对 Upload-Length；文件本身过大的，请压缩（gzip）或分批推送",
            next_en="check Upload-Length; a file that is too large is compressed (gzip) or pushed in parts",
            facts={"limit": limit},
        )


class UploadQuotaError(UploadError):
    """The organ has too many open uploads, or too many bytes announced in them."""

    def __init__(self, *, count: int, limit_count: int, size: int, limit_bytes: int) -> None:
        super().__init__(
            f"本单位未办结的上传已达限额：{count} 个（限 {limit_count} 个），{size} 字节（限 {limit_bytes} 字节）",
            f"the quota of open uploads is used up: {count} of {limit_count}, {size} of {limit_bytes} bytes",
            next_zh="请先办结或删除（DELETE）不用的上传，过期的会自动清除",
            next_en="finish or delete uploads that are not needed; expired ones go by themselves",
            facts={"open": count, "open_limit": limit_count, "bytes": size, "bytes_limit": limit_bytes},
        )


class UploadRequestError(UploadError):
    """A header of the protocol is absent or unreadable."""

    def __init__(self, header: str) -> None:
        super().__init__(
            f"请求头 {header} 缺失或无法读取",
            f"the header {header} is absent or cannot be read",
            next_zh="请按 tus 1.0.0 协议填写该请求头",
            next_en="write the header as the protocol tus 1.0.0 says",
            facts={"header": header},
        )


class UploadTypeError(UploadError):
    """A piece was sent with another content type than the protocol's."""

    def __init__(self) -> None:
        super().__init__(
            "分块的内容类型须为 application/offset+octet-stream",
            "a piece has the content type application/offset+octet-stream",
            next_zh="请设置 Content-Type 后重发",
            next_en="set Content-Type and send it again",
        )


class UploadVersionError(UploadError):
    """The client speaks a version of the protocol the hub does not."""

    def __init__(self) -> None:
        super().__init__(
            "只支持 tus 1.0.0 协议",
            "the hub speaks tus 1.0.0 alone",
            next_zh="请使用支持 tus 1.0.0 的客户端",
            next_en="use a client that speaks tus 1.0.0",
        )


class UploadChecksumError(UploadError):
    """A piece does not have the digest sent with it; nothing of it is kept."""

    def __init__(self, offset: int) -> None:
        super().__init__(
            "该分块的校验值不符，已丢弃",
            "the checksum of this piece does not fit; the piece was thrown away",
            next_zh=f"请从第 {offset} 字节重发该分块",
            next_en=f"send the piece again from byte {offset}",
            facts={"offset": offset},
        )


class UploadIncompleteError(UploadError):
    """The upload is to be pushed, and part of the file is not here yet."""

    def __init__(self, offset: int, length: int) -> None:
        super().__init__(
            f"文件尚未收齐：{length} 字节中收到 {offset} 字节",
            f"the file is not complete: {offset} of {length} bytes are here",
            next_zh=f"请从第 {offset} 字节继续发送，收齐后再办理",
            next_en=f"go on at byte {offset}, and finish when all is sent",
            facts={"offset": offset, "length": length},
        )


class UploadDigestError(UploadError):
    """The whole file does not have the SHA-256 the sender announced; it is thrown away."""

    def __init__(self) -> None:
        super().__init__(
            "收齐的文件与所报的 SHA-256 不符，已清除，未入库",
            "the file does not have the SHA-256 announced for it; it was thrown away and nothing was pushed",
            next_zh="文件可能在发送期间被改动；请重新创建上传并从头发送",
            next_en="it may have changed while it was sent: create an upload anew and send it from its beginning",
        )


class UploadDiskError(UploadError):
    """There is no room on the hub's disk for the announced file."""

    def __init__(self) -> None:
        super().__init__(
            "平台磁盘空间不足，暂时不能接收该文件",
            "the hub's disk has no room for this file now",
            next_zh="请稍后重试，或联系平台运维",
            next_en="try again later, or tell the operator of the hub",
        )
