# The appliance itself and the Python packages it needs, in $work/app: a tree of plain files for /opt.

make_app() {
  local app=$work/app wheels=$work/wheels tag platforms=()
  rm -rf "$app" "$wheels"
  "$PYTHON" -m pip wheel --quiet --no-deps --wheel-dir "$wheels" "$repo"
  for tag in manylinux_2_34 manylinux_2_31 manylinux_2_28 manylinux_2_17 manylinux2014; do
    platforms+=(--platform "${tag}_aarch64")
  done
  # No compiler, no script of a package runs: wheels are only unpacked, and each must have a hash of the lock file.
  "$PYTHON" -m pip install --quiet --no-compile --no-deps --only-binary=:all: --require-hashes \
    --implementation cp --python-version "$(lock_python)" "${platforms[@]}" \
    --target "$app/lib" --requirement "$here/requirements.lock"
  "$PYTHON" -m pip install --quiet --no-compile --no-deps --no-index --target "$app/lib" "$wheels"/*.whl
  # Programs of the packages, for the Python of the machine that builds.
  rm -rf "$app/lib/bin"
  # Names the folder that it was built in, and is not needed.
  find "$app/lib" -name direct_url.json -delete
  echo "$version" > "$app/VERSION"
}

lock_python() {
  sed -n 's/^PYTHON = "\(.*\)"$/\1/p' "$here/lock"
}
