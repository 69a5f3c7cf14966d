//! Shells stand in for servers here.

use super::*;

fn shell(folder: &tempfile::TempDir, script: &str) -> Running {
    Launch::new(find_program("sh").unwrap(), folder.path().join("log"))
        .arguments(["-c", script])
        .start()
        .unwrap()
}

fn exists(process: &str) -> bool {
    Path::new("/proc").join(process.trim()).join("exe").exists()
}

#[test]
fn stopping_takes_the_whole_group_along() {
    let folder = tempfile::tempdir().unwrap();
    let running = shell(&folder, "sleep 300 & echo $!; wait");
    let grandchild = wait_for("the grandchild's id", Duration::from_secs(10), || {
        Ok(running.log_text().strip_suffix('\n').map(str::to_owned))
    })
    .unwrap();
    assert!(running.is_running() && exists(&grandchild));
    running.stop();
    assert!(!running.is_running());
    assert!(!exists(&grandchild));
}

#[test]
fn what_a_crashed_server_left_behind_is_killed_too() {
    let folder = tempfile::tempdir().unwrap();
    let running = shell(&folder, "sleep 300 & echo $!; exit 3");
    assert_eq!(running.wait_for_end(Duration::from_secs(10)).unwrap(), Ended::Code(3));
    let grandchild = running.log_text();
    assert!(exists(&grandchild));
    running.stop();
    assert!(!exists(&grandchild));
    assert_eq!(running.ended(), Some(Ended::Code(3)));
}

#[test]
fn one_may_be_asked_to_end() {
    let folder = tempfile::tempdir().unwrap();
    let ended = shell(&folder, "sleep 300").terminate(Duration::from_secs(10)).unwrap();
    assert_eq!(ended.to_string(), "signal 15");
}

#[test]
fn outlives_the_thread_that_asked_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let running = std::thread::scope(|scope| scope.spawn(|| shell(&folder, "sleep 300")).join().unwrap());
    std::thread::sleep(Duration::from_millis(200));
    assert!(running.is_running());
}

#[test]
fn an_early_end_is_reported_with_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let running = shell(&folder, "echo the reason; exit 3");
    let error = wait_for("its end", Duration::from_secs(10), || Ok(running.expect_running().err()))
        .unwrap()
        .to_string();
    assert!(error.contains("the reason") && error.contains('3'), "{error}");
}
