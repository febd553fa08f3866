#pragma once

#include <string>

namespace tonearm::call {

/// One side of a call as an `identitySet` will name it.
struct Party {
  enum class Kind { user, phone, application, application_instance };
  Kind kind = Kind::phone;
  std::string id;  ///< Directory object id, E.164 number (or what stood in From), or application id.
  std::string display_name;  ///< May be empty.
  std::string tenant_id;     ///< Empty for phones.

  bool operator==(const Party&) const = default;
};

}  // namespace tonearm::call
