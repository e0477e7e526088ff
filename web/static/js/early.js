// Runs before the first paint: styles may tell whether scripts work.
document.documentElement.classList.add("js");
