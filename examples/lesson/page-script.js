// Runs in the page: a click on a map shows it large. Without scripts the page is complete, only smaller.
const dialog = document.querySelector('dialog');
const [picture] = dialog.getElementsByTagName('img');
const [text] = dialog.getElementsByTagName('p');
const [save] = dialog.getElementsByTagName('a');
const maps = [...document.querySelectorAll('.maps button')];
let shown = 0;

function show(index) {
  shown = (index + maps.length) % maps.length;
  const image = maps[shown].firstElementChild;
  picture.src = save.href = image.src;
  picture.alt = image.alt;
  text.textContent = `${image.alt}. ${maps[shown].title}`;
  save.download = `${image.alt.replace(/[^\w.-]+/g, '-')}.png`;
  if (!dialog.open) dialog.showModal();
}

maps.forEach((button, index) => {
  button.addEventListener('click', () => show(index));
});
dialog.addEventListener('keydown', ({ key }) => {
  if (key === 'ArrowRight') show(shown + 1);
  if (key === 'ArrowLeft') show(shown - 1);
});
dialog.addEventListener('close', () => maps[shown].focus());
dialog.addEventListener('click', ({ target }) => {
  if (target === dialog) dialog.close();
});
