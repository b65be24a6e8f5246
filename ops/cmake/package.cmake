# What the Debian package holds, and its making by CPack: ops/package.
set(packaging ${CMAKE_SOURCE_DIR}/ops)
set(doc share/doc/pulssi)

# The settings of the services: the sample, with the two keys set that differ on a system.
set(sample ${CMAKE_SOURCE_DIR}/config/pulssi.conf)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${sample})
file(READ ${sample} settings)
foreach(change "#data_folder = data|data_folder = /var/lib/pulssi"
    "#address =\n|address = unix:/run/redis-pulssi/redis-server.sock\n")
  string(REGEX MATCH "^(.*)\\|(.*)$" change ${change})
  string(FIND "${settings}" "\n${CMAKE_MATCH_1}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "${sample}: there is no line ${CMAKE_MATCH_1}")
  endif()
  string(REPLACE "\n${CMAKE_MATCH_1}" "\n${CMAKE_MATCH_2}" settings "${settings}")
endforeach()
file(CONFIGURE OUTPUT package/pulssi.conf CONTENT "${settings}" @ONLY)

# Manual pages and the changelog are compressed as Debian wants it: without a name and a time in it.
set(compressed)
function(compress source name)
  set(target ${CMAKE_BINARY_DIR}/package/${name}.gz)
  add_custom_command(OUTPUT ${target} COMMAND gzip -9nc ${source} > ${target} DEPENDS ${source} VERBATIM)
  set(compressed ${compressed} ${target} PARENT_SCOPE)
endfunction()
file(GLOB pages CONFIGURE_DEPENDS ${packaging}/man/*.[158])
foreach(page ${pages})
  get_filename_component(name ${page} NAME)
  string(REGEX MATCH "[158]$" section ${name})
  compress(${page} ${name})
  install(FILES ${CMAKE_BINARY_DIR}/package/${name}.gz DESTINATION share/man/man${section})
endforeach()
compress(${packaging}/debian/changelog changelog)
install(FILES ${CMAKE_BINARY_DIR}/package/changelog.gz DESTINATION ${doc})
add_custom_target(package_compressed ALL DEPENDS ${compressed})

foreach(folder gateways holidays messages schema surveys examples)
  install(DIRECTORY ${CMAKE_SOURCE_DIR}/config/${folder} DESTINATION share/pulssi)
endforeach()
file(GLOB units CONFIGURE_DEPENDS ${packaging}/systemd/*.service ${packaging}/systemd/*.target)
install(FILES ${units} DESTINATION /lib/systemd/system)
install(FILES ${CMAKE_BINARY_DIR}/package/pulssi.conf DESTINATION /etc/pulssi
  PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ)
install(PROGRAMS ${packaging}/backup DESTINATION bin RENAME pulssi-backup)
install(PROGRAMS ${packaging}/restore DESTINATION bin RENAME pulssi-restore)
install(FILES ${packaging}/completion/pulssi.bash DESTINATION share/bash-completion/completions RENAME pulssi)
install(FILES ${packaging}/debian/lintian-overrides DESTINATION share/lintian/overrides RENAME pulssi)
install(FILES ${packaging}/debian/copyright ${CMAKE_SOURCE_DIR}/README.md DESTINATION ${doc})
install(DIRECTORY ${packaging}/nginx ${packaging}/prometheus ${packaging}/redis DESTINATION ${doc}/examples)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME pulssi)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "Pulssi developers <pulssi@example.org>")
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION web)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# The collector faces the network: libevent with the fixes to its HTTP server.
set(CPACK_DEBIAN_PACKAGE_DEPENDS
  "adduser, libevent-2.1-7 (>= 2.1.12-stable-8+deb12u1), redis-server (>= 5:7.0), tzdata")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "bash-completion, nginx, prometheus")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "pulse surveys over text messages for employment services
Pulssi asks job-seekers one to three short questions by text message about
a service they just used, counts the answers, and tells public employment
services every week where a service pilot succeeds, where it fails and what
cannot be told yet.

It is pseudonymous by construction: numbers are stored sealed, and when a
week closes every link between an answer and a person is removed.")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${packaging}/debian/conffiles ${packaging}/debian/postinst
  ${packaging}/debian/prerm ${packaging}/debian/postrm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
