"""The guided tour of the demo: the first steps of the Sumbang SOP, in the hands of four officials."""

from __future__ import annotations

from simulator.tour import TourStep

CAMAT, SEKCAM, KASI = 1001, 1002, 1003
SOP = "Pengukuran Kinerja Kecamatan Sumbang"

STEPS = [
    TourStep(
        user=CAMAT,
        words="Selamat datang. Setiap telepon di sini milik satu pejabat. Bapak Camat memulai sebuah SOP: tekan Menu, "
        "lalu pilih /mulai.",
        says="/mulai",
    ),
    TourStep(user=CAMAT, words=f"Pilih SOP-nya: {SOP}.", button=SOP),
    TourStep(user=CAMAT, words="Ketik periodenya, misalnya TW IV 2026, lalu kirim.", says=""),
    TourStep(user=CAMAT, words="Periksa ringkasannya, lalu tekan Mulai.", button="Mulai"),
    TourStep(
        user=CAMAT,
        words="Ini kartu tugas: apa yang diminta, dari siapa, dan siapa sesudahnya. Bapak Camat memberi perintah: "
        "tekan Perintahkan.",
        button="Perintahkan",
    ),
    TourStep(user=CAMAT, words="Arahan boleh ditambahkan; kali ini tekan Lewati.", button="Lewati"),
    TourStep(
        user=SEKCAM,
        words="Perintah itu langsung sampai kepada Ibu Sekcam. Kirim formatnya: tekan gambar penjepit, lalu pilih "
        "Format kosong dari Contoh berkas.",
        file=True,
    ),
    TourStep(
        user=SEKCAM, words="Nama dan ukuran berkas tampak dahulu. Bila benar, tekan Kirim hasil.", button="Kirim hasil"
    ),
    TourStep(user=SEKCAM, words="Sebarkan ke semua seksi dengan satu ketukan.", button="Kirim ke semua seksi"),
    TourStep(
        user=KASI,
        words="Kepala seksi menerima berkasnya. Tekan Sudah saya terima, supaya Ibu Sekcam tahu.",
        button="Sudah saya terima",
    ),
    TourStep(
        user=CAMAT,
        words="Bapak Camat dapat melihat perkembangannya kapan saja: tekan Menu, lalu pilih /status.",
        says="/status",
    ),
    TourStep(
        user=SEKCAM,
        words="Tugas berikutnya ada pada Ibu Sekcam. Bagaimana bila dibiarkan? Tekan Pelatih, lalu Ke pengingat "
        "berikutnya; sesudah sampai, tekan Tutup.",
        jump=True,
    ),
    TourStep(
        user=SEKCAM,
        words="Waktu latihan sudah maju; tanggal dan jamnya tampak di atas. Pengingat datang pada jam kerja saja, "
        "dan tombolnya membawa kartu tugas itu ke bawah.",
    ),
    TourStep(
        user=CAMAT,
        words="Selesai. Selanjutnya silakan teruskan sendiri: kartu di setiap telepon menunjukkan langkah berikutnya. "
        "Di bawah Pelatih, waktu dapat dimajukan dan gangguan jaringan dicoba.",
    ),
]
