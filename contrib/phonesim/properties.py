"""The system properties and settings a new phone has. Data only."""

import random
import zlib
from collections.abc import Mapping
from typing import Final

MODELS: Final = (
    ("samsung", "SM-A546B", "a54xnsxx", "a54x", "13", 33),
    ("google", "Pixel 6a", "bluejay", "bluejay", "14", 34),
    ("Xiaomi", "2201117TG", "spes_global", "spes", "13", 33),
    ("OnePlus", "CPH2465", "CPH2465", "OP5958L1", "14", 34),
)
LOCALES: Final[Mapping[str, str]] = {
    "en": "en-US", "fr": "fr-FR", "pt": "pt-BR", "vi": "vi-VN", "zh": "zh-CN", "es": "es-ES", "de": "de-DE",
    "id": "id-ID", "ar": "ar-EG",
}  # fmt: skip


def locale_of(language: str) -> str:
    """`pt` is Brazil's; a language that names its country is left as it is."""
    return LOCALES.get(language, language)


def new_properties(serialno: str, *, language: str, seed: int) -> dict[str, str]:
    """What `getprop` knows."""
    brand, model, name, device, release, sdk = random.Random(f"{seed}/{serialno}").choice(MODELS)
    return {
        "ro.serialno": serialno,
        "ro.boot.serialno": serialno,
        "ro.product.brand": brand,
        "ro.product.manufacturer": brand,
        "ro.product.model": model,
        "ro.product.name": name,
        "ro.product.device": device,
        "ro.product.board": device,
        "ro.product.cpu.abi": "arm64-v8a",
        "ro.product.cpu.abilist": "arm64-v8a,armeabi-v7a,armeabi",
        "ro.product.locale": locale_of(language),
        "persist.sys.locale": locale_of(language),
        "persist.sys.timezone": "UTC",
        "ro.build.version.release": release,
        "ro.build.version.sdk": str(sdk),
        "ro.build.version.codename": "REL",
        "ro.build.version.security_patch": "2024-03-01",
        "ro.build.type": "user",
        "ro.build.tags": "release-keys",
        "ro.build.id": "TP1A.220624.014",
        "ro.build.fingerprint": f"{brand}/{name}/{device}:{release}/TP1A.220624.014/{seed}:user/release-keys",
        "ro.build.characteristics": "phone",
        "ro.debuggable": "0",
        "ro.secure": "1",
        "ro.kernel.qemu": "",
        "ro.sf.lcd_density": "420",
        "ro.boot.verifiedbootstate": "green",
        "init.svc.adbd": "running",
        "init.svc.bootanim": "stopped",
        "service.adb.tcp.port": "5555",
        "dalvik.vm.heapsize": "512m",
        "sys.usb.state": "adb",
        "sys.boot_completed": "1",
        "dev.bootcomplete": "1",
    }


def new_settings(serialno: str) -> dict[str, dict[str, str]]:
    """The three tables of `settings`."""
    return {
        "system": {
            "screen_brightness": "102",
            "screen_brightness_mode": "0",
            "screen_off_timeout": "30000",
            "accelerometer_rotation": "0",
            "user_rotation": "0",
            "font_scale": "1.0",
        },
        "secure": {
            "default_input_method": "com.google.android.inputmethod.latin/com.android.inputmethod.latin.LatinIME",
            "enabled_input_methods": "com.google.android.inputmethod.latin/com.android.inputmethod.latin.LatinIME",
            "android_id": f"{zlib.crc32(serialno.encode()):016x}",
            "location_mode": "0",
        },
        "global": {
            "adb_enabled": "1",
            "airplane_mode_on": "0",
            "animator_duration_scale": "1.0",
            "development_settings_enabled": "1",
            "device_name": serialno,
            "device_provisioned": "1",
            "stay_on_while_plugged_in": "0",
            "transition_animation_scale": "1.0",
            "wifi_on": "1",
            "window_animation_scale": "1.0",
        },
    }
