//! Peak memory of this process, on Linux, where the system reports it.

/// The peak in megabytes. 0 where the system does not report it.
#[must_use]
pub fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) / 1000.0
}

/// Measures the peak from here on, if the system allows it.
pub fn forget_peak() {
    // This is how Linux resets the peak. Elsewhere the peak is that of the whole process.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}
