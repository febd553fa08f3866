#include "storage/errc.hpp"

#include <string>

namespace tonearm::storage {
namespace {

class Category final : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "storage"; }
  [[nodiscard]] std::string message(int value) const override {
    switch (static_cast<StorageErrc>(value)) {
      case StorageErrc::unusable_directory:
        return "the data directory cannot be used";
      case StorageErrc::in_use:
        return "another server uses the data directory";
      case StorageErrc::corrupt:
        return "the database is damaged";
      case StorageErrc::foreign_database:
        return "the database belongs to another program";
      case StorageErrc::newer_schema:
        return "the database was written by a newer version";
      case StorageErrc::disk_full:
        return "the disk is full";
      case StorageErrc::not_written:
        return "the database could not be written";
    }
    return "unknown storage error";
  }
};

}  // namespace

const std::error_category& storage_category() {
  static const Category category;
  return category;
}

std::error_code make_error_code(StorageErrc errc) {
  return {static_cast<int>(errc), storage_category()};
}

}  // namespace tonearm::storage
