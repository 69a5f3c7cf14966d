//! Fault 27: what cannot be saved is not ordered.

use super::scene::{Scene, is};
use anyhow::{Result, ensure};
use certwright_core::SignedDuration;
use certwright_tests::{Pebble, Resource};

#[tokio::test(flavor = "multi_thread")]
async fn fault_27_what_cannot_be_saved_is_not_ordered() -> Result<()> {
    let scene = Scene::start(Pebble::builder().gentle()).await?;
    let host = "full.example.test";
    scene.engine().create_certificate(Scene::draft(&[host]), "test").await?;
    // A folder where the proof is to be written refuses root as well, whom modes do not stop.
    let folder = scene.folder_of(host).await?;
    let obstacle = folder.join(".proof/occupied");
    std::fs::create_dir_all(&obstacle)?;
    scene.request(host).await?;
    scene.settle(SignedDuration::from_secs(50)).await?;
    is(&scene.failure(host).await?, "storage", &["check free space and permissions"])?;
    ensure!(scene.count(Resource::NewOrder) == 0, "an order was opened for a certificate that has no place");
    ensure!(scene.next_in(host).await? <= SignedDuration::from_mins(2), "it is tried again soon");

    std::fs::remove_dir_all(folder.join(".proof"))?;
    scene.settle(SignedDuration::from_mins(2)).await?;
    scene.check_issued(host, 0).await
}
