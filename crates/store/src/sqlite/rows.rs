//! Reading columns and binding values: moments as milliseconds, structures as JSON, enums as their words.

use crate::{StoreError, StoreResult};
use certwright_core::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Row, Sqlite, Type};

/// A moment as it is stored.
pub(super) fn milliseconds(moment: Timestamp) -> i64 {
    moment.as_millisecond()
}

/// A moment as it is stored, if there is one.
pub(super) fn maybe_milliseconds(moment: Option<Timestamp>) -> Option<i64> {
    moment.map(milliseconds)
}

/// A stored moment.
pub(super) fn timestamp(milliseconds: i64) -> StoreResult<Timestamp> {
    Timestamp::from_millisecond(milliseconds).map_err(|error| damaged("a moment", &error))
}

/// A structure as it is stored.
pub(super) fn to_json<T: Serialize + ?Sized>(value: &T) -> StoreResult<String> {
    serde_json::to_string(value).map_err(|error| damaged("a value to be stored", &error))
}

/// A structure as it is stored, if there is one.
pub(super) fn to_maybe_json<T: Serialize>(value: Option<&T>) -> StoreResult<Option<String>> {
    value.map(to_json).transpose()
}

/// The word that stands for a value of an enum.
pub(super) fn to_word<T: Serialize>(value: T) -> StoreResult<String> {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => Ok(word),
        Ok(_) => Err(damaged("a word to be stored", &"it is no word")),
        Err(error) => Err(damaged("a word to be stored", &error)),
    }
}

/// A column as it is.
pub(super) fn column<'r, T>(row: &'r SqliteRow, name: &'static str) -> StoreResult<T>
where
    T: Decode<'r, Sqlite> + Type<Sqlite>,
{
    row.try_get(name).map_err(|error| damaged(name, &error))
}

/// A column that holds a number that is never negative.
pub(super) fn number<T: TryFrom<i64>>(row: &SqliteRow, name: &'static str) -> StoreResult<T> {
    let value: i64 = column(row, name)?;
    T::try_from(value).map_err(|_| damaged(name, &"out of range"))
}

/// A column that holds a moment.
pub(super) fn moment(row: &SqliteRow, name: &'static str) -> StoreResult<Timestamp> {
    timestamp(column(row, name)?)
}

/// A column that may hold a moment.
pub(super) fn maybe_moment(row: &SqliteRow, name: &'static str) -> StoreResult<Option<Timestamp>> {
    column::<Option<i64>>(row, name)?.map(timestamp).transpose()
}

/// A column that holds a structure.
pub(super) fn json<T: DeserializeOwned>(row: &SqliteRow, name: &'static str) -> StoreResult<T> {
    from_json(name, column(row, name)?)
}

/// A column that may hold a structure.
pub(super) fn maybe_json<T: DeserializeOwned>(row: &SqliteRow, name: &'static str) -> StoreResult<Option<T>> {
    column::<Option<&str>>(row, name)?.map(|text| from_json(name, text)).transpose()
}

/// A column that holds an enum's word.
pub(super) fn word<T: DeserializeOwned>(row: &SqliteRow, name: &'static str) -> StoreResult<T> {
    let text: String = column(row, name)?;
    serde_json::from_value(Value::String(text)).map_err(|error| damaged(name, &error))
}

/// A column that holds an id.
pub(super) fn id<T: From<String>>(row: &SqliteRow, name: &'static str) -> StoreResult<T> {
    column::<String>(row, name).map(T::from)
}

/// A column that may hold an id.
pub(super) fn maybe_id<T: From<String>>(row: &SqliteRow, name: &'static str) -> StoreResult<Option<T>> {
    Ok(column::<Option<String>>(row, name)?.map(T::from))
}

/// All rows, or the first complaint.
pub(super) fn each<T>(rows: &[SqliteRow], read: fn(&SqliteRow) -> StoreResult<T>) -> StoreResult<Vec<T>> {
    rows.iter().map(read).collect()
}

fn from_json<T: DeserializeOwned>(name: &str, text: &str) -> StoreResult<T> {
    serde_json::from_str(text).map_err(|error| damaged(name, &error))
}

/// What is stored cannot be read back.
pub(super) fn damaged(what: &str, why: &dyn std::fmt::Display) -> StoreError {
    StoreError::Damaged { words: format!("{what} cannot be read: {why}") }
}
