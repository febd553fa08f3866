#include <gtest/gtest.h>

#include "call/call_end.hpp"
#include "call/operation.hpp"
#include "call/snapshot.hpp"

// Enumerators lie in the database as numbers. If one of these fails, a value was put in between or removed:
// move it to the end, or write a migration.

namespace tonearm::storage {
namespace {

TEST(StoredEnumerators, keep_their_numbers) {
  EXPECT_EQ(static_cast<int>(call::CallState::terminated), 7);
  EXPECT_EQ(static_cast<int>(call::CallState::transferring), 3);
  EXPECT_EQ(static_cast<int>(call::CallDirection::outgoing), 1);
  EXPECT_EQ(static_cast<int>(call::Party::Kind::application_instance), 3);
  EXPECT_EQ(static_cast<int>(call::Tone::star), 10);
  EXPECT_EQ(static_cast<int>(call::Tone::flash), 16);
  EXPECT_EQ(static_cast<int>(call::CallEndReason::fallback), 11);
  EXPECT_EQ(static_cast<int>(call::CallEndReason::media_failed), 23);
  EXPECT_EQ(static_cast<int>(call::Codec::pcma), 1);
  EXPECT_EQ(static_cast<int>(call::OperationKind::send_dtmf), 4);
  EXPECT_EQ(static_cast<int>(call::OperationKind::update_recording_status), 5);
  EXPECT_EQ(static_cast<int>(call::OperationStatus::failed), 3);
  EXPECT_EQ(static_cast<int>(call::EndReason::record_cancelled), 8);
  EXPECT_EQ(static_cast<int>(call::EndReason::immediate), 19);
}

}  // namespace
}  // namespace tonearm::storage
