"""Stripe's whole units, which for a few currencies are not those of ISO 4217."""

from __future__ import annotations

from typing import Final

from paycore.wire.units import Units

_CODES: Final = """AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BWP
    BYN BZD CAD CDF CHF CLP CNY COP CRC CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD
    GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR ISK JMD JOD JPY KES KGS KHR KMF KRW KWD KYD KZT LAK LBP
    LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB
    PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SEK SGD SHP SLE SOS SRD SZL THB TJS TND
    TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW"""
CURRENCIES: Final = frozenset(_CODES.split())
_DINARS: Final = dict.fromkeys("BHD JOD KWD OMR TND".split(), 10)  # the last of three is 0
_UNITS: Final = Units(CURRENCIES, {"ISK": 2, "UGX": 2, "MGA": 0}, _DINARS, spelled=str.lower)
said, heard = _UNITS.said, _UNITS.heard
