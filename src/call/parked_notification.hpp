#pragma once

#include <expected>
#include <string>

#include "base/clock.hpp"
#include "base/guid.hpp"
#include "call/ids.hpp"
#include "call/ports.hpp"

namespace tonearm::call {

/// A notification that is no longer tried, as people see it. A value.
struct ParkedNotification {
  base::Guid message_id;
  CallId call;
  ApplicationId application;
  NotificationNumber number;
  base::WallTime created;
  base::WallTime parked;  ///< Whole microseconds; grows from one to the next, so it serves as a cursor.
  GivenUp because;        ///< Attempts of all its times together.
};

/// Which parked notifications to list.
struct ParkedAsked {
  base::WallTime after{};  ///< Those parked after this.
  std::size_t most = 100;
};

/// Why a notification is not sent again.
enum class NotRedelivered : std::uint8_t {
  unknown,     ///< Never was, delivered, or removed after its time.
  not_parked,  ///< It is being tried.
};

/// The row that is to be tried again: pending, on disk.
using Redelivery = std::expected<OutboxRow, NotRedelivered>;

}  // namespace tonearm::call
