#pragma once

#include "config/reader.hpp"
#include "config/settings.hpp"

namespace tonearm::config {

/// What follows from other settings when it is not written itself (`public_url`, what `--dev` opens).
void complete(Settings& settings, const Findings& findings);
/// Rules between settings: what must be given together, be unique or be in order.
void check_consistency(const Settings& settings, Findings& findings);
/// Complains about everything that is switched on but not built yet, so that nobody finds out in a call.
void check_built(const Settings& settings, Findings& findings);

}  // namespace tonearm::config
