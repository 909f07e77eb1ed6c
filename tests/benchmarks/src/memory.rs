//! The most memory that this process has had, where the system tells: on Linux.

/// In megabytes; 0 where the system does not tell.
#[must_use]
pub fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) / 1000.0
}

/// Measures the peak anew from here, if the system lets us.
pub fn forget_peak() {
    // Linux's word for it; elsewhere the peak is that of the whole process.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}
