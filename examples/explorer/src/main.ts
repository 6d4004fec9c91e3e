import astronaut from '../../lesson/astronaut.jpg?url';
import faces from '../../lesson/faces.h5?url';
import { App } from './app';

const absolute = (address: string): string => new URL(address, location.href).href;

void new App().start(absolute(faces), absolute(astronaut));
