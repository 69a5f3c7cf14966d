//! The store without a file tells the common stories word for word.

use super::SqliteStore;
use crate::samples::{new, settings};
use crate::{
    Certificates, StoreError, story, story_aside, story_gathering, story_incidents, story_issuer, story_lanes,
};
use std::sync::Arc;

async fn open() -> SqliteStore {
    SqliteStore::in_memory().await.unwrap()
}

#[tokio::test]
async fn tells_the_story() {
    story::tell(&open().await).await;
}

#[tokio::test]
async fn tells_the_story_of_incidents() {
    story_incidents::tell(&open().await).await;
}

#[tokio::test]
async fn tells_the_story_of_lanes() {
    story_lanes::tell(&open().await).await;
}

#[tokio::test]
async fn tells_the_story_of_gathering() {
    story_gathering::tell(&open().await).await;
}

#[tokio::test]
async fn tells_the_story_of_an_issuer() {
    story_issuer::tell(&open().await).await;
}

#[tokio::test]
async fn tells_the_stories_aside() {
    story_aside::cancels(&open().await).await;
    story_aside::people_win(&open().await).await;
    story_aside::authorities_and_accounts(&open().await).await;
    story_aside::ends(&open().await).await;
    story_aside::owes(&open().await).await;
}

// With one connection for all, a function that waited for another one while it holds it would wait for itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_callers_at_once_share_the_one_connection() {
    story_aside::admits_once(Arc::new(open().await)).await;
    story_aside::loses_no_update(Arc::new(open().await)).await;
}

#[tokio::test]
async fn two_of_them_know_nothing_of_each_other() {
    let (one, other) = (open().await, open().await);
    let made = one.create_certificate(&new("cert-1", settings("a", &["a.example.com"], &[]))).await.unwrap();
    assert_eq!(one.clone().certificate(&made.id).await.unwrap(), made);
    let missing = other.certificate(&made.id).await.unwrap_err();
    assert!(matches!(missing, StoreError::NotFound { .. }), "{missing}");
}
