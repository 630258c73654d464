"""Problem types of standard addresses and their matching."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from hub.problem_types import ProblemType
from hub.registers.addresses import errors

if TYPE_CHECKING:
    from collections.abc import Mapping

PROBLEMS: Mapping[type[BaseException], ProblemType] = {
    errors.AddressClosedError: ProblemType(
        "address-closed",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "条目未完整开放，不能汇入公开的地址登记",
        "The entry is not open in full and cannot enter the public register of addresses",
    ),
    errors.AddressFileError: ProblemType(
        "address-file", HTTPStatus.UNPROCESSABLE_ENTITY, "地址文件有误", "The file of addresses is not in order"
    ),
    errors.AddressPointError: ProblemType(
        "address-point", HTTPStatus.UNPROCESSABLE_ENTITY, "坐标点有误", "The point is not in order"
    ),
    errors.AddressRegisterError: ProblemType(
        "address-register", HTTPStatus.UNPROCESSABLE_ENTITY, "不能这样查询地址", "Addresses cannot be asked for so"
    ),
    errors.AddressNotFoundError: ProblemType(
        "address-not-found", HTTPStatus.NOT_FOUND, "没有公开到这一级的地址", "No open address of this identifier"
    ),
}
