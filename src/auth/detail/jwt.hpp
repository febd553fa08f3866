#pragma once

#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "auth/detail/handles.hpp"
#include "auth/public_key.hpp"
#include "base/result.hpp"

namespace tonearm::auth::detail {

/// A token that has been taken apart. What it says may be looked at to find out whose key has to have signed
/// it, and counts for nothing before `is_signed_by` has said so of that key.
struct ReadToken {
  Jws jws;
  std::string algorithm;
  std::string key_id;  ///< `kid`; empty if there is none
  boost::json::object claims;
};

/// Form and `crit` are checked, and that it is signed with RS256 or, where that is allowed, PS256: nothing
/// else, neither `none` nor a secret, is ever looked at. Errors: `invalid_token`.
[[nodiscard]] base::Result<ReadToken> read_token(std::string_view token, bool allow_pss = false);

/// All of its header: cjose gives out texts only. Errors: `invalid_token`.
[[nodiscard]] base::Result<boost::json::object> read_header(std::string_view token);

[[nodiscard]] bool is_signed_by(const ReadToken& token, const PublicKey& key);

}  // namespace tonearm::auth::detail
