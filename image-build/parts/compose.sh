# The whole root file system in $rootfs, and what goes onto the boot partition in $work/boot.

compose() {
  rm -rf "$rootfs" "$work/boot" "$work/data"
  mkdir -p "$rootfs"
  tar --extract --file "$work/userland.tar" --directory "$rootfs" --numeric-owner --xattrs
  install_own_files
  install_app
  set_up_services
  install_openlifter
  take_boot_files
  forget_the_builder
  # What is younger than the commit was made by this build.
  find "$rootfs" "$work/boot" -newermt "@$SOURCE_DATE_EPOCH" -exec touch --no-dereference --date "@$SOURCE_DATE_EPOCH" {} +
}

install_own_files() {
  cp --recursive --no-preserve=ownership,timestamps --no-target-directory "$here/root" "$rootfs"
  chroot "$rootfs" systemd-sysusers
  rm -f "$rootfs"/etc/{passwd,group,shadow,gshadow}-
  install -d -m 0700 "$rootfs/var/lib/private"
  install -d "$rootfs/var/lib/private/openlifter-appliance" "$rootfs/var/log/journal" "$rootfs/data" \
    "$rootfs/var/lib/systemd/timesync"
}

install_app() {
  local app=$rootfs/opt/openlifter-appliance
  mkdir -p "$app/bin"
  cp --recursive --no-target-directory "$work/app" "$app/factory"
  install -m 0755 "$here/launcher" "$app/bin/openlifter-appliance"
  ln -s /opt/openlifter-appliance/bin/openlifter-appliance "$rootfs/usr/bin/openlifter-appliance"
  # Compiled for good: nothing compares times at each start.
  chroot "$rootfs" python3 -m compileall -q --invalidation-mode unchecked-hash /opt/openlifter-appliance/factory/lib
}

set_up_services() {
  local units=$rootfs/etc/systemd/system
  install -m 0644 "$repo/appliance/service/openlifter-appliance.service" "$units/"
  install -D -m 0644 "$repo/appliance/service/openlifter.toml" "$rootfs/etc/openlifter-appliance/openlifter.toml"
  install -D -m 0644 "$here/boot/openlifter.toml" "$rootfs/usr/share/openlifter-appliance/openlifter.toml"
  chroot "$rootfs" systemctl --quiet enable openlifter-appliance.service openlifter-console.service \
    openlifter-card-settings.service openlifter-wifi.service openlifter-own-wifi.service openlifter-login.service \
    openlifter-update.service openlifter-uploaded-update.path \
    systemd-networkd.service systemd-resolved.service systemd-timesyncd.service
  # No login, on no terminal; no waiting for a network; nothing that phones or cleans by itself.
  chroot "$rootfs" systemctl --quiet mask getty@.service serial-getty@.service console-getty.service \
    container-getty@.service autovt@.service getty.target \
    systemd-networkd-wait-online.service systemd-logind.service \
    apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer \
    wpa_supplicant.service hostapd.service
  # What no part of the box uses; together a tenth of the start.
  chroot "$rootfs" systemctl --quiet mask systemd-binfmt.service proc-sys-fs-binfmt_misc.automount dev-hugepages.mount \
    sys-kernel-debug.mount sys-kernel-tracing.mount sys-fs-fuse-connections.mount modprobe@fuse.service \
    modprobe@efi_pstore.service modprobe@dm_mod.service modprobe@loop.service modprobe@drm.service \
    systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-pstore.service
  [ -z "$update_key" ] || install -m 0644 "$update_key" "$rootfs/etc/openlifter-appliance/update.pem"
  ln -sf /run/systemd/resolve/stub-resolv.conf "$rootfs/etc/resolv.conf"
}

# Whoever makes the image brings it: none comes with this repo.
install_openlifter() {
  [ -n "$openlifter" ] || return 0
  local place=/usr/share/openlifter-appliance/openlifter
  cp --recursive "$openlifter" "$rootfs/tmp/openlifter"
  # By the appliance itself: what it could not serve is refused here, not in the hall.
  OPENLIFTER_OPENLIFTER_DIR=$place chroot "$rootfs" openlifter-appliance install-openlifter --data-dir /tmp /tmp/openlifter
  printf '[Service]\nEnvironment=OPENLIFTER_OPENLIFTER_DIR=%s\n' "$place" \
    > "$rootfs/etc/systemd/system/openlifter-appliance.service.d/openlifter.conf"
}

# The kernel, its device trees and the Pi's firmware, as Debian's own hook lays them out for the boot partition.
take_boot_files() {
  mkdir -p "$work/boot"
  cp --recursive "$rootfs"/boot/firmware/. "$work/boot"
  find "$rootfs/boot" -mindepth 1 -delete
  rm -f "$rootfs"/{vmlinuz,initrd.img}{,.old}
  mkdir "$rootfs/boot/firmware"
  cp "$here"/boot/* "$work/boot"
}

forget_the_builder() {
  # Which mirror it came from, and what was written on the way.
  rm -rf "$rootfs"/etc/apt/sources.list "$rootfs"/etc/apt/sources.list.d/* "$rootfs"/var/cache/* "$rootfs"/var/lib/apt/* \
    "$rootfs"/var/log/{apt,*.log} "$rootfs"/tmp/* "$rootfs"/var/tmp/* "$rootfs"/run/*
  # Empty: systemd makes one up where the board has no number.
  : > "$rootfs/etc/machine-id"
  rm -f "$rootfs/var/lib/dbus/machine-id" "$rootfs/var/lib/systemd/random-seed"
}
