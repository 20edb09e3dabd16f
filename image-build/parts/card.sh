# The image of the card: three partitions, from $work/boot, $rootfs and nothing. No loop device, no mount.

# The same in every image, so that two builds are equal; the card is known by it.
DISK_ID=4f4c4150
ROOT_UUID=6f70656e-6c69-4674-8572-000000000002
DATA_UUID=6f70656e-6c69-4674-8572-000000000003
MIB=$((1024 * 1024))
BOOT_MIB=192
DATA_MIB=256

make_card() {
  local root_mib
  root_mib=$(($(du --summarize --block-size=1M "$rootfs" | cut -f 1) * 110 / 100 + 32))
  make_boot_partition
  make_root_partition "$root_mib"
  make_data_partition
  rm -f "$image"
  truncate --size $(((4 + BOOT_MIB + root_mib + DATA_MIB) * MIB)) "$image"
  sfdisk --quiet "$image" << EOF
label: dos
label-id: 0x$DISK_ID
start=4MiB, size=${BOOT_MIB}MiB, type=c, bootable
size=${root_mib}MiB, type=83
size=${DATA_MIB}MiB, type=83
EOF
  put "$work/boot.fat" 4
  put "$work/root.ext4" $((4 + BOOT_MIB))
  put "$work/data.ext4" $((4 + BOOT_MIB + root_mib))
  rm "$work"/{boot.fat,root.ext4,data.ext4}
  write_lists
}

make_boot_partition() {
  local fat=$work/boot.fat
  rm -f "$fat"
  truncate --size $((BOOT_MIB * MIB)) "$fat"
  mkfs.vfat -F 32 -n OLBOOT -i "$DISK_ID" --invariant "$fat" > /dev/null
  # In one order, with the times of the files: the same each time.
  (cd "$work/boot" && find . -mindepth 1 -maxdepth 1 | sort | xargs mcopy -s -m -i "$fat" -t 2> /dev/null ::) ||
    (cd "$work/boot" && find . -mindepth 1 -maxdepth 1 | sort | while read -r each; do mcopy -s -m -i "$fat" "$each" ::; done)
}

make_root_partition() {
  rm -f "$work/root.ext4"
  # No journal: nothing is ever written.
  ext4 "$work/root.ext4" "$1" "$ROOT_UUID" -L openlifter-root -O ^has_journal -m 0 -d "$rootfs"
}

make_data_partition() {
  local data=$work/data
  mkdir -p "$data"
  install -d -m 0700 -o 990 -g 990 "$data/meets"
  install -d "$data/journal" "$data/versions"
  # The number of systemd-timesync differs from one Debian to the next.
  install -d -o "$(awk -F: '$1 == "systemd-timesync" { print $3 }' "$rootfs/etc/passwd")" "$data/timesync"
  find "$data" -exec touch --date "@$SOURCE_DATE_EPOCH" {} +
  rm -f "$work/data.ext4"
  # Room in the tables to grow to a card of 1 TB.
  ext4 "$work/data.ext4" "$DATA_MIB" "$DATA_UUID" -L openlifter-data -J size=16 -E resize=$((1024 * 1024 * 256)) -d "$data"
}

# ext4 FILE MIB UUID OPTION...: a file system with nothing by chance or by clock in it.
ext4() {
  local file=$1 mib=$2 uuid=$3 extended='' options=()
  shift 3
  while [ $# -gt 0 ]; do
    case $1 in
      -E) extended=,$2; shift ;;
      *) options+=("$1") ;;
    esac
    shift
  done
  E2FSPROGS_FAKE_TIME=$SOURCE_DATE_EPOCH mke2fs -q -t ext4 -b 4096 -U "$uuid" \
    -E "hash_seed=$uuid,lazy_itable_init=0,lazy_journal_init=0,root_owner=0:0$extended" \
    "${options[@]}" "$file" "${mib}M"
}

put() {
  dd if="$1" of="$image" bs="$MIB" seek="$2" conv=notrunc,sparse status=none
}

# What is in it, and what boots it outside a Pi.
write_lists() {
  chroot "$rootfs" dpkg-query --show > "${image%.img}.packages"
  {
    cd "$rootfs" && find . -type f -print0 | sort -z | xargs -0 sha256sum
    find . -not -type f -printf '%y %#m %U:%G %p %l\n' | sort
    cd "$work/boot" && find . -type f -print0 | sort -z | xargs -0 sha256sum | sed 's#  \./#  boot partition: /#'
  } > "${image%.img}.files"
  mkdir -p "$output/boot"
  cp "$work"/boot/vmlinuz-* "$output/boot/vmlinuz"
  cp "$work"/boot/initrd.img-* "$output/boot/initrd.img"
}
