"""Names as ICU 72 sorts them in the locale th (PyICU: `sorted(names, key=Collator.getSortKey)`)."""

import random

from kiosk.domain.thaiorder import thai_order

NAMES = """
๑ ๑๐ 1A ๒ ก็ กก ก๊ก กทม. กรุงเทพฯ กรุงเทพมหานคร กลม กวย ก๋วย กะ กัน กา กาน กาม การ์ด การดี
การตูน การ์ตูน กำ กิ๊ก กิน กุง กุ้ง กู่ กู้ เก เกลียว เกา เก่า เก้า เกาหลี เกาะ แก แก่ แก้ แกง
แก้ว แกะ โก ใก ไก ไกล ข์ ข็ ข่ ข้ ข๊ ข๋ ขาว ข่าว ข้าว เขม เข็ม เขา เข่า เข้า แข็ง งาน งาน_(ก)
งาน-ข เจ็ด ญาณ ฎีกา ฐาน เด็กๆ เด็กชาย ตา ต่าง ต้าง ต่างหาก โต โต๊ะ ใต ใต้ ไต ไต้ ทราย ทะเล เทพ
เทเวศร์ ไท ไทย ฝ่าย1 ฝ่าย๑๐ ฝ่าย๒ ฝ่ายการคลัง ฝ่ายการศึกษา ฝ่ายทะเบียน ฝ่ายเทศกิจ ฝ่ายปกครอง
ฝ่ายพัฒนาชุมชนและสวัสดิการสังคม ฝ่ายโยธา ฝ่ายรักษาความสะอาดและสวนสาธารณะ ฝ่ายรายได้
ฝ่ายสิ่งแวดล้อมและสุขาภิบาล พ.ศ. พัสดุ พิมพ์ พิมพา เพลง เพล้ง เพลีย แฟม แฟ้ม มา ม้า ไม่ ไม้ รวม
ริม เรือ เรื่อ เรื้อ เรือน ฤกษ์ ฤดู ฤา ฯลฯ ลาน ฦ ศรี ศิริ สมชาย สมชาย_แก้ว สมชายใจ สมชาย_ใจดี
สมมติ สมหญิง สัมมนา สำนักงานเขตดินแดง สำนักงานเขตพญาไท สำนักงานเขตห้วยขวาง สิริ สุ เสน่ห์
เสน่หา เสนาะ เสริม แสง หญิง หมา หม่า หม้า ใหม่ ไหม ไหม้ องค์ อาง อ่าง เอ แอ โอ ะ เ แ office
Office
"""
"""Of two that are the same to ICU, one. An underscore is a space."""


def test_names_sort_as_icu_sorts_them_in_thai() -> None:
    names = [name.replace("_", " ") for name in NAMES.split()]
    shuffled = random.Random(1).sample(names, len(names))
    assert sorted(shuffled, key=thai_order) == names


def test_a_vowel_typed_as_two_signs_is_the_one() -> None:
    assert thai_order("ก\u0e4d\u0e32")[:2] == thai_order("กำ")[:2]


def test_digits_of_both_kinds_stand_together() -> None:
    assert sorted(["๒", "1", "๑", "2"], key=thai_order) == ["1", "๑", "2", "๒"]
