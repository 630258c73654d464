"""What the name of a column says it holds: «身份证号», «sfzh», «id_card_no», «lxdh», «联系人».

Names are Chinese, pinyin initials or English, in any case and with any joining sign. Names of things (企业名称), of
public posts (法定代表人: a public office is not private) and of organs' telephones are told apart. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from catalogue.privacy.kinds import Kind


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a column's name says. ``is_public_duty``: of an office or a post, which may be published."""

    kind: Kind
    is_public_duty: bool = False


_PUBLIC: Final = re.compile(
    r"法定代表人|法人代表|法人|负责人|经营者|执行事务合伙人|办公|单位|咨询|服务|投诉|监督|值班|热线|公开|对外|机构"
    r"|企业|公司|门店|商户|医院|学校|窗口|部门|主管|客服|预约|报警|救援|景区"
    r"|frdb|\boffice|hotline|service|company|organi[sz]ation|enterprise|public|customer"
)
_HOME: Final = re.compile(r"住址|家庭|居住|户籍|户口|homeaddr|residen|jtzz|hjdz|jtdz")
_THING: Final = re.compile(r"邮编|邮政编码|编码|代码|数量|次数|类型|类别|状态|品牌|型号|时间$|日期$|ip$|mac$")
_RULES: Final = (
    (
        Kind.CITIZEN_ID,
        (
            r"身份证|公民身份|身份号|证件号|证照号码|居民证|sfz|gmsfh|zjhm|\bidcard|idno\b|idnumber|citizenid"
            r"|identity|certno|certnum|nationalid|idcardno"
        ),
    ),
    (Kind.PASSPORT, r"护照|通行证|passport|\bhzhm?\b"),
    (
        Kind.BANK_CARD,
        (
            r"银行卡|卡号|银行账|银行帐|账号|帐号|开户账|yhkh|yhzh|bankcard|bankacc|accountno|accountnumber"
            r"|cardno|cardnumber|creditcard"
        ),
    ),
    (Kind.EMAIL, r"邮箱|电邮|电子邮件|email|\bmail\b|dzyx|dzyj"),
    (Kind.WECHAT, r"微信|wechat|weixin|\bwxh\b"),
    (Kind.QQ, r"\bqq"),
    (
        Kind.PHONE,
        (
            r"手机|电话|联系方式|联系号码|座机|固话|传真|mobile|phone|\btel\b|telephone|\bfax\b|sjhm?\b|lxdh"
            r"|lxfs|dhhm|\bdh\b|cellphone|contactnumber"
        ),
    ),
    (Kind.PLATE, r"车牌|号牌号码|机动车号|plate|\bcphm?\b|hphm"),
    (Kind.BIRTH_DATE, r"出生|生日|birth|\bdob\b|csrq|csny"),
    (
        Kind.ADDRESS,
        (
            r"住址|家庭地址|居住地|户籍地址|通讯地址|通信地址|联系地址|详细地址|户口所在地|住所地|homeaddress"
            r"|residen|jtzz|\bzz\b|lxdz|hjdz|jtdz|homeaddr"
        ),
    ),
    (
        Kind.NAME,
        (
            r"姓名|联系人|户主|申请人|当事人|经办人|监护人|患者|学生|教师|家长|法定代表人|法人代表|负责人"
            r"|经营者|收件人|持证人|权利人|xingming|\bxm\b|\blxr\b|\bfrdb|fullname|personname|realname"
            r"|username|contactperson|contactname|\bowner\b|surname|givenname|firstname|lastname|legalrep"
        ),
    ),
    (Kind.IP, r"ip地址|\bip\b|ipaddr"),
)
_PATTERNS: Final = tuple((kind, re.compile(words)) for kind, words in _RULES)
_JOINTS: Final = re.compile(r"[\s_\-./()（）]+")


def meaning_of(*names: str) -> Meaning | None:
    """Return what a column's names (Chinese name, column, aliases) say it holds; None where they say nothing."""
    for name in names:
        plain = unicodedata.normalize("NFKC", name).lower()
        joined = _JOINTS.sub("", plain)
        for kind, pattern in _PATTERNS:
            if pattern.search(plain) or pattern.search(joined):
                if _THING.search(plain) and kind in {Kind.NAME, Kind.ADDRESS, Kind.PHONE}:
                    continue
                if kind is Kind.ADDRESS:
                    return Meaning(kind, is_public_duty=_HOME.search(joined) is None)
                public = _PUBLIC.search(plain) is not None and kind in {Kind.PHONE, Kind.NAME, Kind.EMAIL}
                return Meaning(kind, public)
    return None
