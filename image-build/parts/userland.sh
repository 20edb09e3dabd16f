# The Debian part, as an archive in $work/userland.tar: minutes under emulation, so kept while its recipe is the same.

make_userland() {
  local key archive=$work/userland.tar log=$work/userland.log
  key=$({ echo "$suite"; cat "$here/packages" "$here/parts/userland.sh"; cat_tree "$here/root/etc/initramfs-tools"; } |
    sha256sum)
  if [ -z "$fresh" ] && [ "$(cat "$work/userland.key" 2> /dev/null)" = "$key" ]; then
    return
  fi
  rm -f "$work/userland.key"
  # Man pages, translations and such, which nobody can look at on a box without a login.
  mmdebstrap --mode=root --architectures=arm64 --variant=minbase \
    --include="$(sed 's/#.*//' "$here/packages" | tr -s ' \n' ',' | sed 's/^,//; s/,$//')" \
    --aptopt='APT::Install-Recommends "false"' \
    --aptopt='Acquire::Languages "none"' \
    --dpkgopt=force-confold \
    --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/info/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --essential-hook='mkdir -p "$1/boot/firmware" "$1/etc/initramfs-tools"' \
    --essential-hook="sync-in '$here/root/etc/initramfs-tools' /etc/initramfs-tools" \
    "$suite" "$archive" - < <(apt_sources) > "$log" 2>&1 || { tail -n 30 "$log" >&2; return 1; }
  echo "$key" > "$work/userland.key"
}

# The mirror that this machine's own apt takes Debian from, for the suite, its updates and its security fixes.
apt_sources() {
  local line uri found
  found=$(apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(REPO_URI)' "Created-By: Packages" |
    awk '$1 == "Debian" { print $2, $3 }' | sort --unique)
  [ -n "$found" ] || { echo "this machine's apt knows no mirror of Debian (apt-get update?)" >&2; return 1; }
  for line in "$suite" "$suite-updates" "$suite-security"; do
    # Where this machine runs another release: the mirror is the same, the release's name differs.
    uri=$(awk -v kind="${line#"$suite"}" '{ codename = $1; sub(/^[a-z]+/, "", codename) } codename == kind { print $2; exit }' \
      <<< "$found")
    [ -z "$uri" ] || echo "deb $uri $line main non-free-firmware"
  done
}

# All files below a directory, with their names and modes: for telling whether something has changed.
cat_tree() {
  (cd "$1" && find . -type f -printf '%p %m\n' -exec cat {} + | sort)
}
