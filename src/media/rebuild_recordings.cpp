#include "media/rebuild_recordings.hpp"

#include <system_error>
#include <utility>

#include "base/log.hpp"
#include "base/private_file.hpp"
#include "media/recording_file.hpp"
#include "media/spool.hpp"

namespace tonearm::media {
namespace {

namespace fs = std::filesystem;

/// Nothing if the spool cannot be read; what broke off within its first bytes is one of nothing.
std::chrono::milliseconds captured_in(const fs::path& spool) {
  const auto bytes = base::read_file(spool);
  if (!bytes) return {};
  const auto read = read_spool({reinterpret_cast<const std::uint8_t*>(bytes->data()), bytes->size()});
  return read ? read->captured() : std::chrono::milliseconds(0);
}

RebuiltRecording rebuild(const fs::path& folder, base::Guid operation) {
  RebuiltRecording rebuilt{.operation = operation};
  const fs::path spool = spool_path(folder, operation);
  std::error_code ignored;
  rebuilt.captured = captured_in(spool);
  if (fs::exists(wav_path(folder, operation), ignored)) {
    rebuilt.ok = true;  // only the spool's removal was missing
    fs::remove(spool, ignored);
  } else if (rebuilt.captured < kLeastRecording) {
    fs::remove(spool, ignored);
  } else if (const auto built = build_recording(folder, operation); built) {
    rebuilt.ok = true;
  } else {
    spdlog::error("recording {}: {}; its spool is kept", operation.to_string(), built.error().message());
  }
  return rebuilt;
}

}  // namespace

std::vector<RebuiltRecording> rebuild_recordings(const fs::path& folder) {
  std::vector<base::Guid> left;
  std::vector<fs::path> parts;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none)) {
    if (entry.path().extension() == ".part") parts.push_back(entry.path());
    if (entry.path().extension() != ".spool") continue;
    if (const auto operation = base::Guid::parse(entry.path().stem().string())) left.push_back(*operation);
  }
  for (const fs::path& part : parts) fs::remove(part, none);
  std::vector<RebuiltRecording> rebuilt;
  for (const base::Guid operation : left) rebuilt.push_back(rebuild(folder, operation));
  return rebuilt;
}

}  // namespace tonearm::media
