#include "recordings.hpp"

#include <fstream>

namespace bot {

void Recordings::keep(const std::string& name, std::string wav) {
  if (!copy_.empty()) {
    std::ofstream file;
    file.exceptions(std::ios::failbit | std::ios::badbit);
    file.open(copy_, std::ios::binary | std::ios::trunc);
    file << wav;
    file.close();
  }
  by_name_[name] = std::move(wav);
}

const std::string* Recordings::find(const std::string& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &found->second;
}

}  // namespace bot
