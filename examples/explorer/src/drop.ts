import { byId } from './dom';

export interface Dropped {
  onModel(files: readonly File[]): void;
  onPicture(file: File): void;
  onLabels(file: File): void;
}

/** Files that are chosen, dropped anywhere on the page, or pasted. */
export function acceptFiles({ onModel, onPicture, onLabels }: Dropped): void {
  const overlay = byId('drop');
  let inside = 0;
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
  addEventListener('dragenter', (event) => {
    if (!hasFiles(event)) return;
    inside++;
    overlay.hidden = false;
  });
  addEventListener('dragleave', (event) => {
    if (hasFiles(event) && --inside <= 0) overlay.hidden = true;
  });
  addEventListener('dragover', (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  addEventListener('drop', (event) => {
    inside = 0;
    overlay.hidden = true;
    if (!hasFiles(event)) return;
    event.preventDefault();
    sort([...(event.dataTransfer?.files ?? [])]);
  });
  addEventListener('paste', (event) => sort([...(event.clipboardData?.files ?? [])]));

  const sort = (files: readonly File[]) => {
    const pictures = files.filter(isPicture);
    const labels = files.filter(isLabels);
    const others = files.filter((file) => !isPicture(file) && !isLabels(file));
    if (others.length > 0) onModel(others);
    if (pictures[0]) onPicture(pictures[0]);
    if (labels[0]) onLabels(labels[0]);
  };

  const chosen = (id: string, use: (files: readonly File[]) => void) => {
    const input = byId<HTMLInputElement>(id);
    input.addEventListener('change', () => {
      const files = [...(input.files ?? [])];
      // The same file may be chosen again.
      input.value = '';
      if (files.length > 0) use(files);
    });
  };
  chosen('model-file', sort);
  chosen('picture-file', ([file]) => file && onPicture(file));
}

const isLabels = ({ name }: File): boolean => name.toLowerCase().endsWith('.txt');
const isPicture = ({ type, name }: File): boolean => type.startsWith('image/') || /\.(png|jpe?g|webp|gif|bmp)$/i.test(name);
