"""What the egress guard lets out: forms of addresses, kinds of networks, names that resolve to something else."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

import pytest

from connectors.egress import EgressPolicy, EgressRefusedError, EgressUnreachableError, check_target
from connectors.egress_addresses import Reach, plain, reach

if TYPE_CHECKING:
    from collections.abc import Sequence

PUBLIC = "203.0.114.7"
EXTRANET = "10.20.30.40"


def resolving(*addresses: str) -> EgressPolicy:
    """Return a policy of public addresses and one extranet network, with a name server that answers so."""

    def resolve(_host: str, _port: int) -> Sequence[str]:
        return addresses

    return EgressPolicy((ip_network("10.20.0.0/16"),), any_public=True, resolve=resolve)


def reason_of(url: str, policy: EgressPolicy) -> str:
    with pytest.raises(EgressRefusedError) as caught:
        check_target(url, policy)
    return str(caught.value.facts["reason"])


def test_a_public_https_address_is_dialled_at_the_address_that_was_checked() -> None:
    target = check_target("https://api.example.cn/v1", resolving(PUBLIC))
    assert (target.host, target.port, target.addresses) == ("api.example.cn", 443, (PUBLIC,))


def test_a_private_address_is_reached_where_the_operator_names_its_network() -> None:
    assert check_target("https://gw.minzheng.example/", resolving(EXTRANET)).addresses == (EXTRANET,)


def test_a_private_address_of_another_network_is_refused() -> None:
    assert reason_of("https://gw.minzheng.example/", resolving("10.99.0.1")) == "not_named"


def test_naming_a_host_does_not_open_a_private_address() -> None:
    policy = EgressPolicy.from_rules(["gw.example.cn"])
    inside = EgressPolicy(policy.networks, policy.hosts, resolve=lambda _h, _p: (EXTRANET,))
    assert reason_of("https://gw.example.cn/", inside) == "not_named"


def test_an_empty_list_lets_nothing_out() -> None:
    assert reason_of("https://api.example.cn/", EgressPolicy(resolve=lambda _h, _p: (PUBLIC,))) == "not_named"


def test_a_suffix_names_the_hosts_below_it_and_not_others() -> None:
    policy = EgressPolicy.from_rules(["*.example.cn"])
    assert [policy.names(host) for host in ("a.example.cn", "a.b.example.cn", "example.cn", "badexample.cn")] == [
        True, True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://localhost/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.100.100.200/",
        "https://168.63.129.16/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://255.255.255.255/",
        "https://240.0.0.1/",
        "https://[fe80::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:169.254.169.254]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[2001:0:7f00:1::]/",
        "https://[::127.0.0.1]/",
        "https://[ff02::1]/",
        "https://[::]/",
        "https://[fec0::1]/",
        "https://[fd00:ec2::254]/",
    ],
)
def test_an_address_inside_is_refused_even_where_every_network_is_named(url: str) -> None:
    everything = EgressPolicy((ip_network("0.0.0.0/0"), ip_network("::/0")), any_public=True)
    assert reason_of(url, everything) == "address"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/passwd", "scheme"),
        ("gopher://127.0.0.1:6379/_INFO", "scheme"),
        ("ftp://api.example.cn/", "scheme"),
        ("http://api.example.cn/", "scheme"),
        ("https://2130706433/", "host"),
        ("https://0177.0.0.1/", "form"),
        ("https://0x7f.0.0.1/", "host"),
        ("https://0x7f000001/", "host"),
        ("https://127.1/", "host"),
        ("https://10.20.30.040/", "form"),
        ("https://api.example.cn./", "host"),
        ("https://-api.example.cn/", "host"),
        ("https://api_1.example.cn/", "host"),
        ("https://user:secret@api.example.cn/", "userinfo"),
        ("https://api.example.cn@127.0.0.1/", "userinfo"),
        ("https://@api.example.cn/", "userinfo"),
        ("https://api.example.cn/#part", "form"),
        ("https://api.example.cn\\@127.0.0.1/", "form"),
        ("https://api.example.cn/a b", "form"),
        ("https://api.example.cn/\r\nX: y", "form"),
        ("https://api.example.cn/\x00", "form"),
        ("https://１２７.0.0.1/", "form"),
        ("https://①②⑦.0.0.1/", "form"),
        ("https://[::1%25eth0]/", "address"),
        ("https://api.example.cn:22/", "port"),
        ("https://api.example.cn:80/", "port"),
        ("https://api.example.cn:5432/", "port"),
        ("https://api.example.cn:6379/", "port"),
        ("https://api.example.cn:0/", "port"),
        ("https://api.example.cn:99999/", "port"),
        ("//api.example.cn/", "scheme"),
        ("api.example.cn", "scheme"),
        ("https:///path", "host"),
        ("", "scheme"),
        ("https://" + "a" * 3000 + ".cn/", "form"),
    ],
)
def test_a_form_that_parsers_read_in_different_ways_is_refused(url: str, reason: str) -> None:
    assert reason_of(url, resolving(PUBLIC)) == reason


def test_an_international_name_is_looked_up_in_its_ascii_form() -> None:
    host = check_target("https://数据.example.cn/", resolving(PUBLIC)).host
    assert host == f"{'数据'.encode('idna').decode()}.example.cn"


def test_every_address_of_an_answer_must_pass() -> None:
    assert reason_of("https://api.example.cn/", resolving(PUBLIC, "127.0.0.1")) == "address"


def test_a_name_without_an_address_is_said_so() -> None:
    with pytest.raises(EgressUnreachableError):
        check_target("https://nowhere.example.cn/", resolving())


def test_the_hub_never_calls_itself() -> None:
    policy = EgressPolicy.from_rules(["public"], loopback=True, own=[("hub.example.cn", 443), ("127.0.0.1", 8000)])
    assert [reason_of(url, policy) for url in ("https://hub.example.cn/", "http://127.0.0.1:8000/")] == ["own", "own"]


def test_in_the_demo_another_port_of_this_machine_is_reached_by_plain_http() -> None:
    policy = EgressPolicy.from_rules([], loopback=True, own=[("127.0.0.1", 8000)])
    assert check_target("http://127.0.0.1:9000/", policy).addresses == ("127.0.0.1",)


def test_plain_http_goes_to_this_machine_alone() -> None:
    policy = EgressPolicy((), any_public=True, loopback=True, resolve=lambda _h, _p: (PUBLIC,))
    assert reason_of("http://api.example.cn:8080/", policy) == "scheme"


def test_a_rule_that_is_none_is_told() -> None:
    with pytest.raises(ValueError, match="public"):
        EgressPolicy.from_rules(["not a host"])


def test_a_mapped_address_is_read_as_what_it_stands_for() -> None:
    assert reach(plain(ip_address("::ffff:10.0.0.1"))) is Reach.PRIVATE
