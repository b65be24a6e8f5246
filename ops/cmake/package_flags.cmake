# What the Debian package is built with: its folders, and the hardening that Debian's own packages have.
set(CMAKE_INSTALL_PREFIX /usr)
set(PULSSI_SHARE_DIR /usr/share/pulssi)
set(PULSSI_CONFIG_FILE /etc/pulssi/pulssi.conf)
include(CheckPIESupported)
check_pie_supported()
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection -fcf-protection
  -Wformat -Wformat-security -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
add_link_options(-Wl,-z,relro,-z,now)
