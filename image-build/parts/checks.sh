# What the machine that builds must have.

check_machine() {
  local missing='' tool
  [ "$(id -u)" -eq 0 ] || { echo "run it as root, in a machine or container of its own" >&2; exit 1; }
  for tool in mmdebstrap arch-test mke2fs sfdisk mkfs.vfat mcopy xz git "$PYTHON"; do
    command -v "$tool" > /dev/null || missing="$missing $tool"
  done
  if [ -n "$missing" ]; then
    echo "not here:$missing. Debian: apt install mmdebstrap arch-test qemu-user-static binfmt-support e2fsprogs fdisk" \
      "dosfstools mtools xz-utils" >&2
    exit 1
  fi
  # In a container nobody has done this yet; it is the kernel's, for all that runs on it.
  [ -e /proc/sys/fs/binfmt_misc/status ] || mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
  arch-test arm64 > /dev/null || update-binfmts --enable qemu-aarch64
  arch-test arm64 > /dev/null || { echo "programs for arm64 do not run here: qemu-user-static and binfmt" >&2; exit 1; }
  "$PYTHON" -m pip --version > /dev/null
}
