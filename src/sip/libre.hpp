#pragma once

// libre's one door. Its headers are C: they want <cstdint> and <cerrno> before them, and make macros of
// `bool` and `true` unless they are told that there is a <stdbool.h>.

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string_view>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#ifndef HAVE_STDBOOL_H
#define HAVE_STDBOOL_H
#endif
extern "C" {
#include <re/re.h>
}
#pragma GCC diagnostic pop

#include "base/endpoint.hpp"

namespace tonearm::sip {

/// libre's `struct sip`, whose name our namespace hides.
using LibreStack = struct ::sip;

/// Drops a libre reference. Threading: the reference counts are not atomic; on the loop's thread only.
struct Deref {
  void operator()(void* object) const { mem_deref(object); }
};
template <class T>
using Ref = std::unique_ptr<T, Deref>;

inline std::string_view to_view(const pl& text) {
  return text.p == nullptr ? std::string_view() : std::string_view(text.p, text.l);
}
inline pl to_pl(std::string_view text) {
  return pl{text.data(), text.size()};
}
inline base::Endpoint to_endpoint(const sa& address) {
  return base::Endpoint::from_sockaddr(&address.u.sa);
}
inline sa to_sa(const base::Endpoint& endpoint) {
  sa address;
  sa_init(&address, AF_UNSPEC);
  sa_set_str(&address, endpoint.address.c_str(), endpoint.port);
  return address;
}

}  // namespace tonearm::sip
